/** Descriptions of networks (JSON) and the DL4J configurations that they become. */
package org.sparkdl4j.network;
