/** oneDNN on this machine: its one engine and stream, and primitives that are ready to run. */
package org.sparkdl4j.onednn;
