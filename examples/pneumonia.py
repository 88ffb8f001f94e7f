"""X-rays of lungs: the article's one pipeline, from files of all sizes to a saved model, on Spark.

    python examples/pneumonia.py PICTURES [--master spark://host:7077] [--epochs 3] [--cross-validate] [--out DIR]

PICTURES, a folder or a URL of one, has the subfolders NORMAL and PNEUMONIA, with pictures of any size, grey or RGB, 8
or 16 bits, whose names tell the patient (person17_…, IM-0115-…); where they do not, a picture is a patient of its own.
On Spark they are read, dealt out by patient to five folds, decoded and scaled, trained by as many averaging workers as
the session runs tasks, evaluated on the first fold, and the model is saved; with `--cross-validate` every fold is
tested in turn, and the model that is saved is trained on all pictures.

Two networks: the article's `pneumonia_vgg` at 226x226, for so many epochs, and ours, `landscape` at 75x75 in grey with
the recipe "x_rays", which shows 100,000 pictures unless `--our-epochs` says otherwise. `--networks` takes one of
them. The article trained 2,081 pictures in 15 minutes on three machines, to an accuracy of about .70.

DIR has a folder a network, with report.html and model.zip; figures.json.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from paper import Example, Figure, spark, told
from pyspark.sql import DataFrame

from sparkdl4j import Evaluation, atomic_file, recipe, write_report
from sparkdl4j.spark import ConvNetClassificationModel, ConvNetClassifier, read_images, with_group_folds

SEED = 1
FOLDS = 5
PATIENTS = r"(?P<group>person\d+|IM-\d+)"
# The article's network has 15 million parameters, of which each worker and the driver hold copies.
SETTINGS = {"spark.driver.memory": "4g", "spark.executor.memory": "4g"}
ARTICLE: dict[str, Any] = {
    "network": "pneumonia_vgg",
    "image_size": 226,
    "batch_size": 32,
    "learning_rate": 1e-4,
    "class_weight": "balanced",
}
OURS: dict[str, Any] = {
    "network": "landscape",
    "image_size": 75,
    "channels": 1,
    "batch_size": 64,
    **recipe("x_rays"),
}


@dataclass(frozen=True)
class Trained:
    """What a network has given.

    Args:
        evaluation: of the folds that were tested, together.
        model: of all pictures where every fold was tested, else of those without the tested one.
        pictures: that the model was trained on.
    """

    evaluation: Evaluation
    model: ConvNetClassificationModel
    pictures: int

    @property
    def minutes(self) -> float:
        """Of the model's training."""
        return sum(epoch["seconds"] for epoch in self.model.summary.history.epochs) / 60


def trained(folded: DataFrame, tested: Sequence[int], options: dict[str, Any]) -> Trained:
    """Trains without each of the folds to be tested, and evaluates on it."""
    classifier = ConvNetClassifier(seed=SEED, **options)
    evaluations = []
    for fold in tested:
        train, test = (folded.where(condition) for condition in (f"fold != {fold}", f"fold = {fold}"))
        model = classifier.fit(train)
        evaluations.append(model.evaluation(test, groupCol="group"))
    if len(tested) == FOLDS:
        train = folded
        model = classifier.fit(train)
    return Trained(Evaluation.concatenate(evaluations), model, train.count())


def main(arguments: Sequence[str] | None = None) -> None:
    example = Example("pneumonia", __doc__, takes_urls=True)
    networks = {"article": ARTICLE, "ours": OURS}
    example.parser.add_argument("--master", default="local[2]", help="of Spark; %(default)s")
    example.parser.add_argument("--conf", action="append", default=[], metavar="KEY=VALUE", help="a setting of Spark")
    example.parser.add_argument("--networks", nargs="+", choices=networks, default=list(networks), help="both")
    example.parser.add_argument("--epochs", type=int, default=3, help="of the article's network; %(default)s")
    example.parser.add_argument("--our-epochs", type=int, default=0, help="of ours; 0: to show 100,000 pictures")
    example.parser.add_argument("--size", type=int, default=ARTICLE["image_size"], help="of its pictures; %(default)s")
    example.parser.add_argument("--cross-validate", action="store_true", help="test every fold in turn")
    given = example.parse(arguments)

    figures = []
    conf = dict(setting.split("=", 1) for setting in given.conf)
    with spark("pneumonia", given.master, {**SETTINGS, **conf}) as session:
        images = read_images(session, given.pictures, name_pattern=PATIENTS, unmatched="own-group")
        folded = with_group_folds(images, FOLDS, seed=SEED)
        folded.groupBy("fold").pivot("class").count().orderBy("fold").show()
        tested = range(FOLDS if given.cross_validate else 1)
        workers = session.sparkContext.defaultParallelism
        for name in given.networks:
            epochs = {"article": given.epochs, "ours": given.our_epochs}[name]
            size = {"image_size": given.size} if name == "article" else {}
            # Those of all workers together are as large as one machine's: as many steps, and so the same accuracy.
            batch_size = max(1, networks[name]["batch_size"] // workers)
            found = trained(folded, tested, {**networks[name], "epochs": epochs, "batch_size": batch_size, **size})
            folder = given.out / name
            atomic_file.make_folder(folder)
            found.model.save_model_file(folder / "model.zip")
            write_report(
                folder,
                title=f"Pneumonia: {networks[name]['network']}",
                evaluation=found.evaluation,
                intervals=found.evaluation.confidence_intervals(),
                history=found.model.summary.history,
                classifier=found.model.to_classifier(),
            )
            print(found.evaluation)
            figures += compared(networks[name]["network"], found, name == "article")
    example.tell(figures)


def compared(network: str, found: Trained, is_articles: bool) -> list[Figure]:
    """The figures of a network, beside the article's where it is its own."""
    height, width, _ = found.model.image_options.shape
    title = f"{network} at {height}x{width}"
    epochs = len(found.model.summary.history.epochs)
    of = f"{len(found.evaluation.actual)} pictures of other patients"
    return [
        Figure(
            f"training, {title}",
            "15 min, 3 machines" if is_articles else "",
            f"{found.minutes:.1f} min, {epochs} epochs",
            f"{found.pictures} pictures",
        ),
        Figure(f"accuracy, {title}", "about .70" if is_articles else "", told(found.evaluation, "accuracy"), of),
        Figure(f"balanced accuracy, {title}", "", told(found.evaluation, "balanced_accuracy"), of),
    ]


if __name__ == "__main__":
    main()
