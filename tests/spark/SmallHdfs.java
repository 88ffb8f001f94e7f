import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.HdfsConfiguration;
import org.apache.hadoop.hdfs.MiniDFSCluster;

/**
 * HDFS in one process, until its standard input ends. All files go below the folder that is its
 * argument. Prints the URI once it is there.
 */
final class SmallHdfs {
  private static final int NODES = 2;

  public static void main(String[] arguments) {
    Configuration settings = new HdfsConfiguration();
    settings.set(MiniDFSCluster.HDFS_MINIDFS_BASEDIR, Path.of(arguments[0], "hdfs").toString());
    try (MiniDFSCluster hdfs = new MiniDFSCluster.Builder(settings).numDataNodes(NODES).build()) {
      hdfs.waitActive();
      System.out.println(hdfs.getURI());
      System.in.readAllBytes();
    } catch (Exception e) {
      e.printStackTrace();
      System.exit(1);
    }
    // Threads of its own stay.
    System.exit(0);
  }
}
