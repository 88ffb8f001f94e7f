package org.sparkdl4j.error;

/**
 * The stable codes of every error that this library raises.
 *
 * <p>Their meanings and the Python class that each becomes stand in {@code spec/error_codes.json},
 * which both languages read; a test holds this list against that file.
 */
public enum ErrorCode {
  PARAMETER_UNKNOWN,
  PARAMETER_TYPE,
  PARAMETER_RANGE,
  PARAMETER_CONFLICT,
  DATA_EMPTY,
  DATA_ONE_CLASS,
  DATA_SHAPE,
  DATA_TYPE,
  DATA_NOT_FINITE,
  DATA_LABELS,
  DATA_NAME,
  DATA_DAMAGED,
  DATA_FORMAT,
  DATA_COLUMN,
  NETWORK_INVALID,
  NETWORK_DOES_NOT_FIT,
  FILE_NOT_FOUND,
  FILE_UNREADABLE,
  FILE_UNWRITABLE,
  MODEL_FILE_DAMAGED,
  MODEL_FILE_UNSAFE,
  MODEL_FILE_NEWER,
  CHECKPOINT_MISMATCH,
  JAVA_NOT_FOUND,
  JAVA_TOO_OLD,
  JAR_NOT_FOUND,
  JAR_VERSION,
  JVM_STARTED,
  JVM_FORKED,
  NATIVES_MISSING,
  PROCESSOR_UNSUPPORTED,
  EXTRA_MISSING,
  OUT_OF_MEMORY,
  TRAINING_DIVERGED,
  TRAINING_STATE,
  SPARK_SESSION,
  SPARK_JOB,
  SPARK_PROCESSORS,
  NOT_FITTED,
  INTERNAL
}
