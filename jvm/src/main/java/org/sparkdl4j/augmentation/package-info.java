/** Training pictures changed at random, so that no epoch shows a picture as the one before did. */
package org.sparkdl4j.augmentation;
