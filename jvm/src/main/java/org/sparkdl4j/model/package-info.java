/** Trained classifiers and the file that they are saved to. */
package org.sparkdl4j.model;
