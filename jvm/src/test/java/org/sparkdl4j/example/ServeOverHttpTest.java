package org.sparkdl4j.example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.sparkdl4j.image.Pictures;
import org.sparkdl4j.model.ImageClassifier;
import org.sparkdl4j.serving.BatchingOptions;
import org.sparkdl4j.serving.MicroBatcher;
import org.sparkdl4j.serving.SmallModels;

/** The example of the documentation answers. */
class ServeOverHttpTest {
  @Test
  void answersOverHttp() throws Exception {
    byte[] picture = Pictures.encode(".jpg", 30, 20);
    try (ImageClassifier classifier = SmallModels.untrained("left", "right");
        MicroBatcher batcher = new MicroBatcher(classifier, BatchingOptions.DEFAULT)) {
      HttpServer server = ServeOverHttp.start(batcher, 0);
      try {
        HttpResponse<String> good = post(server, picture);
        assertEquals(200, good.statusCode());
        assertTrue(good.body().startsWith(classifier.predict(picture).label() + " "), good.body());
        HttpResponse<String> bad = post(server, new byte[] {1, 2, 3});
        assertEquals(422, bad.statusCode());
        assertTrue(bad.body().startsWith("the picture cannot be used: "), bad.body());
      } finally {
        server.stop(0);
      }
    }
  }

  private static HttpResponse<String> post(HttpServer server, byte[] picture)
      throws IOException, InterruptedException {
    URI address = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/predict");
    HttpRequest request =
        HttpRequest.newBuilder(address)
            .POST(HttpRequest.BodyPublishers.ofByteArray(picture))
            .build();
    return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
  }
}
