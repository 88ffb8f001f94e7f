/** Pictures in memory: blocks, views on them, reading, splitting, ordering, standardising. */
package org.sparkdl4j.dataset;
