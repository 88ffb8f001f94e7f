/** From a network's last values to probabilities, losses and their gradients. */
package org.sparkdl4j.loss;
