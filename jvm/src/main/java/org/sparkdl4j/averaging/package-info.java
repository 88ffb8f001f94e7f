/**
 * Parameter averaging: networks that trained apart become one again, on one machine or on many.
 * Knows states only, not how they were trained.
 */
package org.sparkdl4j.averaging;
