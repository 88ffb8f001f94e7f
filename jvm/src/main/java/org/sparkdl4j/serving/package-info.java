/** Predicting pictures that come one by one from many callers, in batches. */
package org.sparkdl4j.serving;
