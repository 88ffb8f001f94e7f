/** What Python calls of the Spark package, through PySpark's own gateway. */
package org.sparkdl4j.spark.bridge;
