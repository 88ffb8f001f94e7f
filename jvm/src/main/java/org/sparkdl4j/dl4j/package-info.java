/** DL4J's network, of layers or of a graph, and what training changes in it. */
package org.sparkdl4j.dl4j;
