/** Metrics of a classifier on labelled pictures; scikit-learn is their oracle. */
package org.sparkdl4j.evaluation;
