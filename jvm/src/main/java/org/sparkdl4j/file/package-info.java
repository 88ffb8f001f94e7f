/** Writing files so that they are there wholly or not at all, and their sums. */
package org.sparkdl4j.file;
