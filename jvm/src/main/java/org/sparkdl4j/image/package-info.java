/** Finding, checking and decoding pictures. */
package org.sparkdl4j.image;
