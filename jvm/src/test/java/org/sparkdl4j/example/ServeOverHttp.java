package org.sparkdl4j.example;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.model.ImageClassifier;
import org.sparkdl4j.model.Prediction;
import org.sparkdl4j.serving.BatchingOptions;
import org.sparkdl4j.serving.MicroBatcher;

/** Answers {@code POST /predict}, a picture, with its label: {@code <model file> <port>}. */
public final class ServeOverHttp {
  private static final int MAX_BYTES = 32 << 20;

  private ServeOverHttp() {}

  public static void main(String[] arguments) throws IOException {
    ImageClassifier classifier = ImageClassifier.load(Path.of(arguments[0]));
    MicroBatcher batcher =
        new MicroBatcher(classifier, BatchingOptions.DEFAULT.with("max_batch", 16));
    start(batcher, Integer.parseInt(arguments[1]));
  }

  static HttpServer start(MicroBatcher batcher, int port) throws IOException {
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 0);
    server.setExecutor(Executors.newFixedThreadPool(8));
    server.createContext("/predict", exchange -> answer(exchange, batcher));
    server.start();
    return server;
  }

  private static void answer(HttpExchange exchange, MicroBatcher batcher) throws IOException {
    byte[] picture = exchange.getRequestBody().readNBytes(MAX_BYTES);
    try {
      // No thread waits: the exchange is ended by the thread that computes the prediction.
      batcher
          .predict(picture)
          .handle(
              (prediction, problem) ->
                  problem == null
                      ? end(exchange, 200, line(prediction))
                      : end(exchange, 422, cause(problem).getMessage()));
    } catch (SparkDl4jException e) {
      end(exchange, e.code() == ErrorCode.SERVER_BUSY ? 503 : 500, e.getMessage());
    }
  }

  private static String line(Prediction prediction) {
    return prediction.label() + " " + prediction.probability();
  }

  private static Throwable cause(Throwable problem) {
    return problem instanceof CompletionException ? problem.getCause() : problem;
  }

  private static Void end(HttpExchange exchange, int status, String text) {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    try {
      exchange.sendResponseHeaders(status, body.length);
      exchange.getResponseBody().write(body);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      exchange.close();
    }
    return null;
  }
}
