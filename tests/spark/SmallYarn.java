import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.yarn.conf.YarnConfiguration;
import org.apache.hadoop.yarn.server.MiniYARNCluster;

/**
 * YARN in one process, until its standard input ends; its containers are processes of this machine.
 * Writes what clients must know into the folder that is its argument, and prints a line then.
 */
final class SmallYarn {
  private static final int NODES = 2;
  private static final int STARTING_MILLIS = 60_000;

  private static final Map<String, String> SETTINGS =
      Map.of(
          "yarn.nodemanager.resource.memory-mb", "4096",
          "yarn.scheduler.minimum-allocation-mb", "128",
          // This machine has other work and other files.
          "yarn.nodemanager.vmem-check-enabled", "false",
          "yarn.nodemanager.pmem-check-enabled", "false",
          "yarn.nodemanager.disk-health-checker.max-disk-utilization-per-disk-percentage", "100",
          // There is no capacity-scheduler.xml.
          "yarn.scheduler.capacity.root.queues", "default",
          "yarn.scheduler.capacity.root.default.capacity", "100",
          "yarn.scheduler.capacity.root.default.maximum-capacity", "100",
          "yarn.scheduler.capacity.maximum-am-resource-percent", "1");

  private static final List<String> FOR_CLIENTS =
      List.of(
          "yarn.resourcemanager.hostname",
          "yarn.resourcemanager.address",
          "yarn.resourcemanager.scheduler.address",
          "yarn.resourcemanager.resource-tracker.address",
          "yarn.resourcemanager.webapp.address");

  public static void main(String[] arguments) {
    Configuration settings = new YarnConfiguration();
    SETTINGS.forEach(settings::set);
    try (MiniYARNCluster yarn = new MiniYARNCluster("yarn", NODES, 1, 1)) {
      yarn.init(settings);
      yarn.start();
      if (!yarn.waitForNodeManagersToConnect(STARTING_MILLIS)) {
        throw new IllegalStateException("the nodes have not come");
      }
      Configuration site = new Configuration(false);
      for (String name : FOR_CLIENTS) site.set(name, yarn.getConfig().get(name));
      try (OutputStream out = Files.newOutputStream(Path.of(arguments[0], "yarn-site.xml"))) {
        site.writeXml(out);
      }
      System.out.println("started");
      System.in.readAllBytes();
    } catch (Exception e) {
      e.printStackTrace();
      System.exit(1);
    }
    // Threads of its own stay.
    System.exit(0);
  }
}
