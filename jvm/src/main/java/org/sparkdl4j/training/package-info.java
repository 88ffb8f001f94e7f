/** Training runs: a thread of their own, events, and the rule which epoch's parameters are kept. */
package org.sparkdl4j.training;
