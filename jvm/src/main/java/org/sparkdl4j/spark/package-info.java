/**
 * Training and prediction on Spark, by its Java API: pictures of DataFrames are dealt out to
 * averaging workers in the executors, each of which trains the same network as on one machine.
 */
package org.sparkdl4j.spark;
