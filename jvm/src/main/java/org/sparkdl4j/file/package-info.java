/** Writing files so that they are there wholly or not at all. */
package org.sparkdl4j.file;
