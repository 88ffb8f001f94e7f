/**
 * What Python calls: plain classes whose methods take and give strings, numbers, arrays of them,
 * JSON and addresses of memory that Python owns. The only package that knows of Python.
 */
package org.sparkdl4j.bridge;
