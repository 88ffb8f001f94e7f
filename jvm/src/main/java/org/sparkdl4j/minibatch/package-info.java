/**
 * From pictures in memory to minibatches as a network reads them, gathered on a side thread while
 * the network computes.
 */
package org.sparkdl4j.minibatch;
