/**
 * From pictures in memory to minibatches as a network reads them, prepared on a side thread while
 * the network computes.
 */
package org.sparkdl4j.minibatch;
