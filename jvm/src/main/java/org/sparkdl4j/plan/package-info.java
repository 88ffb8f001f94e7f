/**
 * The arithmetic of minibatches: what training and prediction ask of a network, and who computes
 * it.
 */
package org.sparkdl4j.plan;
