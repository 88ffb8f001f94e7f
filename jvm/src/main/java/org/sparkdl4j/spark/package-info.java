/**
 * Training and prediction on Spark, by its Java API: pictures of DataFrames, or the examples of
 * DL4J's DataSets, are dealt out to averaging workers in the executors, each of which trains the
 * same network as on one machine. Executors need the jar and nothing else.
 *
 * <p>{@link org.sparkdl4j.spark.ParameterAveragingTrainer} is the way in. A network of DL4J's on a
 * {@code JavaRDD<DataSet>}:
 *
 * <pre>{@code
 * public static void main(String[] arguments) throws IOException {
 *   SparkSession session = SparkSession.builder().appName("train on DataSets").getOrCreate();
 *   JavaSparkContext context = JavaSparkContext.fromSparkContext(session.sparkContext());
 *   // Files that DataSet.save has written, on any file system that Hadoop knows.
 *   JavaRDD<DataSet> data =
 *       context
 *           .binaryFiles(arguments[0])
 *           .values()
 *           .map(
 *               file -> {
 *                 DataSet minibatch = new DataSet();
 *                 minibatch.load(file.open());
 *                 return minibatch;
 *               });
 *
 *   ParameterAveragingTrainer trainer =
 *       ParameterAveragingTrainer.builder()
 *           .epochs(20)
 *           .batchSize(64)
 *           .workers(8)
 *           .averagingFrequency(5)
 *           .seed(1)
 *           .listener(event -> System.out.println(event.toJson()))
 *           .build();
 *   TrainedNetwork<MultiLayerNetwork> trained = trainer.fit(network(28, 28, 1, 10), data);
 *   System.out.println("ended: " + trained.result().reason());
 *   trained.network().save(new File(arguments[1]));
 *   session.stop();
 * }
 *
 * static MultiLayerConfiguration network(int height, int width, int channels, int classes) {
 *   return new NeuralNetConfiguration.Builder()
 *       .seed(1)
 *       .updater(new Adam(0.001))
 *       .list()
 *       .layer(new ConvolutionLayer.Builder(5, 5).nOut(20).activation(Activation.RELU).build())
 *       .layer(new SubsamplingLayer.Builder().kernelSize(2, 2).stride(2, 2).build())
 *       .layer(new DenseLayer.Builder().nOut(100).activation(Activation.RELU).build())
 *       .layer(
 *           new OutputLayer.Builder(LossFunction.MCXENT)
 *               .nOut(classes)
 *               .activation(Activation.SOFTMAX)
 *               .build())
 *       .setInputType(InputType.convolutional(height, width, channels))
 *       .build();
 * }
 * }</pre>
 *
 * <p>A network of this library on a folder of pictures, whose subfolders are classes:
 *
 * <pre>{@code
 * public static void main(String[] arguments) {
 *   SparkSession session = SparkSession.builder().appName("train on pictures").getOrCreate();
 *   Dataset<Row> pictures = PictureTable.read(session, arguments[0]);
 *   ParameterAveragingTrainer trainer =
 *       ParameterAveragingTrainer.builder()
 *           .epochs(20)
 *           .workers(8)
 *           .option("learning_rate", 0.002)
 *           .build();
 *   try (ImageClassifier classifier =
 *       trainer.fit(
 *           NetworkSpec.reference("landscape"),
 *           pictures,
 *           new PictureColumns("image", "label", null, null),
 *           new DecodeOptions(75, 75, 3))) {
 *     System.out.println("classes: " + classifier.labels());
 *     classifier.save(Path.of(arguments[1]));
 *   }
 *   session.stop();
 * }
 * }</pre>
 */
package org.sparkdl4j.spark;
