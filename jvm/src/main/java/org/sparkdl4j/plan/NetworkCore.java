package org.sparkdl4j.plan;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.List;
import org.bytedeco.javacpp.FloatPointer;
import org.deeplearning4j.nn.api.Model;
import org.sparkdl4j.dl4j.NetworkState;
import org.sparkdl4j.loss.MinibatchResult;
import org.sparkdl4j.minibatch.Targets;
import org.sparkdl4j.network.NetworkConfiguration;

/**
 * The numeric core of a network: it trains and predicts one minibatch at a time.
 *
 * <p>Features are standardised float32 in off-heap memory of the caller, one picture after the
 * other, and of each what {@link #readShape} says. The caller may reuse that memory once a call has
 * returned. Calls from several threads take turns, but only one of them may train.
 */
public interface NetworkCore extends AutoCloseable {
  /** {@code [height, width, channels]} of a picture. */
  int[] inputShape();

  /**
   * {@code [height, width, channels]} of what the network reads of a picture: its first rows and
   * columns. Those after them never reach the output, since windows leave out what does not fill
   * one; most often there are none.
   */
  int[] readShape();

  /** The number of classes. */
  int classes();

  /** The names of DL4J's layers and vertices, in the order of computing. */
  List<String> layerNames();

  /**
   * Has the following minibatches train nothing but the last layers with parameters. The others
   * stay as they are, and compute as in predictions: without dropout, normalising by running
   * statistics, which stay too.
   *
   * @param layers how many, at least 1; more than there are: all. A layer of a description that
   *     becomes several of DL4J's, such as a block, counts as one
   * @param decay by which the learning rate is multiplied from every layer to the one before
   * @throws org.sparkdl4j.error.SparkDl4jException NETWORK_INVALID where DL4J itself computes
   */
  void trainLast(int layers, double decay);

  /**
   * The layer whose outputs are all that the last layers need of those before.
   *
   * @param layers that are trained
   * @return null where there is none
   */
  String lastFrozen(int layers);

  /**
   * What a layer puts out.
   *
   * @throws org.sparkdl4j.error.SparkDl4jException PARAMETER_RANGE for a name that is none of
   *     {@link #layerNames}; NETWORK_INVALID where DL4J itself computes
   */
  LayerOutputs outputs(String layer);

  /**
   * Has train and predict take outputs of a layer in place of pictures, until they are told
   * otherwise.
   *
   * @param layer null for pictures
   */
  void takeOutputsOf(String layer);

  /** {@code [height, width, channels]} of what train and predict take. */
  int[] takenShape();

  /**
   * Trains on one minibatch: forward, backward, update.
   *
   * @param features the pictures, {@code targets.size()} times the floats of {@link #readShape}
   * @param targets of each picture classes of 0 to {@code classes() - 1}, and its weight
   * @param seed seed of this minibatch's random numbers (dropout)
   * @return the loss and hits of the forward pass as trained (before the update, dropout on)
   * @throws org.sparkdl4j.error.SparkDl4jException TRAINING_STATE while another thread trains
   */
  MinibatchResult train(FloatPointer features, Targets targets, long seed);

  /**
   * The learning rate that the configuration says for the next minibatch: of the first layer that
   * has one.
   */
  double learningRate();

  /**
   * Has the following minibatches trained with a share of the learning rate that the configuration
   * says. The configuration, and so the model file, stays as it is.
   *
   * @param share by which every layer's learning rate is multiplied; 1 at first
   */
  void scaleLearningRate(double share);

  /**
   * Predicts one minibatch.
   *
   * @param features the pictures, {@code count} times the floats of {@link #readShape}
   * @param count number of pictures
   * @param probabilities receives {@code [count, classes()]}, row by row
   */
  void predict(FloatPointer features, int count, FloatPointer probabilities);

  /**
   * How many pictures to predict at once when there are many: more need more memory, and are slower
   * where that no longer fits the processor's cache.
   *
   * @param most the most to predict at once
   * @return 1 to {@code most}
   */
  int predictionSize(int most);

  /**
   * The bytes outside the Java heap that training takes at least: parameters, gradients, the
   * updater's state, and where the implementation knows them the activations.
   *
   * @param batchSize pictures in a minibatch
   */
  long trainingBytes(int batchSize);

  /**
   * Counts a finished epoch; the updaters' iteration count goes up with every minibatch by itself.
   */
  void finishEpoch();

  /** A copy of everything that training changes. */
  default NetworkState snapshot() {
    return snapshot(null);
  }

  /**
   * A copy of everything that training changes, in the memory of an earlier one: of a large network
   * several would take gigabytes.
   *
   * @param replaced a snapshot of this network that nobody needs any more; null for new memory
   */
  NetworkState snapshot(NetworkState replaced);

  /** Bytes of what {@link #snapshot} copies. */
  long stateBytes();

  /**
   * Writes what {@link #snapshot} copies, without a copy of it in memory.
   *
   * @throws IOException of the channel
   */
  void writeState(FileChannel file) throws IOException;

  /**
   * Goes back to a state that this network wrote.
   *
   * @param file at the state's beginning
   * @throws IOException of the channel, or when it ends too soon; the network then holds a mixture
   */
  void readState(FileChannel file) throws IOException;

  /** Whether no parameter is NaN or infinite. */
  boolean hasFiniteParameters();

  /**
   * Goes back to a snapshot of this network, or of one with the same configuration.
   *
   * @throws IllegalArgumentException when the snapshot has other sizes
   */
  void restore(NetworkState state);

  /**
   * The DL4J network, whose parameters and updater state are always the current ones: a {@link
   * org.deeplearning4j.nn.multilayer.MultiLayerNetwork} or a {@link
   * org.deeplearning4j.nn.graph.ComputationGraph}.
   */
  Model network();

  /** The network's configuration with the current counters; from it, another can be made. */
  NetworkConfiguration configuration();

  /**
   * Who computes the layers, for summaries.
   *
   * @param batchSize the minibatch to tell of: implementations may differ with its size
   */
  List<LayerExecution> executions(int batchSize);

  /**
   * Tries formats for every layer and computes with the fastest from now on.
   *
   * @param batchSize the minibatch to try with
   * @return the choice, as {@link CoreOptions#tuning} takes it; null where there is nothing to
   *     choose
   */
  String tune(int batchSize);

  /** The formats that trials have chosen, as {@link CoreOptions#tuning} takes them; null: none. */
  String tuning();

  /**
   * Says that the calling thread has done its work: frees the scratch memory that this has left,
   * and what only a training needs.
   */
  void releaseThread();

  /** Frees the native memory; the core cannot be used afterwards. Idempotent. */
  @Override
  void close();
}
