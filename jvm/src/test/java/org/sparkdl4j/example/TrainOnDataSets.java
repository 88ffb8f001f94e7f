package org.sparkdl4j.example;

import java.io.File;
import java.io.IOException;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.sparkdl4j.spark.ParameterAveragingTrainer;
import org.sparkdl4j.spark.TrainedNetwork;

/** Trains a network of DL4J's on DataSets: {@code <folder of saved DataSets> <model file>}. */
public final class TrainOnDataSets {
  private TrainOnDataSets() {}

  public static void main(String[] arguments) throws IOException {
    SparkSession session = SparkSession.builder().appName("train on DataSets").getOrCreate();
    JavaSparkContext context = JavaSparkContext.fromSparkContext(session.sparkContext());
    // Files that DataSet.save has written, on any file system that Hadoop knows.
    JavaRDD<DataSet> data =
        context
            .binaryFiles(arguments[0])
            .values()
            .map(
                file -> {
                  DataSet minibatch = new DataSet();
                  minibatch.load(file.open());
                  return minibatch;
                });

    ParameterAveragingTrainer trainer =
        ParameterAveragingTrainer.builder()
            .epochs(20)
            .batchSize(64)
            .workers(8)
            .averagingFrequency(5)
            .seed(1)
            .listener(event -> System.out.println(event.toJson()))
            .build();
    TrainedNetwork<MultiLayerNetwork> trained = trainer.fit(network(28, 28, 1, 10), data);
    System.out.println("ended: " + trained.result().reason());
    trained.network().save(new File(arguments[1]));
    session.stop();
  }

  static MultiLayerConfiguration network(int height, int width, int channels, int classes) {
    return new NeuralNetConfiguration.Builder()
        .seed(1)
        .updater(new Adam(0.001))
        .list()
        .layer(new ConvolutionLayer.Builder(5, 5).nOut(20).activation(Activation.RELU).build())
        .layer(new SubsamplingLayer.Builder().kernelSize(2, 2).stride(2, 2).build())
        .layer(new DenseLayer.Builder().nOut(100).activation(Activation.RELU).build())
        .layer(
            new OutputLayer.Builder(LossFunction.MCXENT)
                .nOut(classes)
                .activation(Activation.SOFTMAX)
                .build())
        .setInputType(InputType.convolutional(height, width, channels))
        .build();
  }
}
