/** Steps that change pictures before a network sees them; they travel with the model. */
package org.sparkdl4j.preprocessing;
