/** DL4J's updates of parameters, in place on its flattened views. */
package org.sparkdl4j.update;
