# What changes rebuilds; a second run starts in seconds and downloads nothing. `make help` lists the targets.
VERSION := $(shell cat VERSION)
TOOLCHAIN := build/toolchain.sh
STAMPS := build/stamps
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/installed
JAR := python/sparkdl4j/jars/sparkdl4j-$(VERSION)-all.jar
WHEEL := dist/$(VERSION).stamp
GRADLE_FILES := build.gradle settings.gradle gradle.properties VERSION
# Folders are listed too: their time changes when a file goes.
files_of = $(shell find $(1) ! -name '*.pyc' ! -name __pycache__ 2>/dev/null)
SPEC := $(call files_of,python/sparkdl4j/spec)
JAVA_MAIN := $(GRADLE_FILES) $(SPEC) $(call files_of,jvm/src/main jvm/src/logging)
JAVA_ALL := $(GRADLE_FILES) $(SPEC) $(call files_of,jvm/src tests/golden)
# Each Spark in a folder of its own, which one process at a time has on its path.
SPARKS := 3.5.9 4.3.0
SPARK_INSTALLED := $(SPARKS:%=build/spark/%/installed)
# What the long tests on Spark run beside it: HDFS, YARN, S3's client, and moto, which stands in for S3.
MOTO := 5.2.5
FILE_SYSTEMS_INSTALLED := build/hadoop/installed build/moto/installed
define on_each_spark
for version in $(SPARKS); do \
  echo "Spark $$version"; \
  PYTHONPATH=build/spark/$$version $(BIN)/python -m pytest -m "$(1)" tests/spark || exit 1; \
done
endef
PYTHON_CODE := python tests benchmarks examples setup.py
# In this order: the later ones read the results of the earlier.
SPARK_BENCHMARKS := spark_throughput spark_rounds spark_accuracy spark_time_to_accuracy spark_memory spark_cost_model
DATA_BENCHMARKS := decoding preprocessing augmentation_cost steady_memory larger_than_memory
USE_BENCHMARKS := transfer featurizer keras_import search serving batch_transform
BENCHMARKS := startup plan accuracy recipes ablation layouts step_shares threads roofline \
  $(DATA_BENCHMARKS) $(SPARK_BENCHMARKS) $(USE_BENCHMARKS) figures page
# The pictures of `make examples`; the reports go to build/examples, the figures into the repository.
DATA ?= $(or $(SPARKDL4J_TEST_DATA),../shared/data)
PICTURES := landscapes fashion-mnist leukemia chest-xray/train skin-lesions
EXAMPLES_ON_SPARK := build/spark/$(lastword $(SPARKS))
define run_example
PYTHONPATH=$(EXAMPLES_ON_SPARK) $(BIN)/python examples/$(1).py $(DATA)/$(3) --out build/examples/$(2) --json examples/results/$(2).json
endef

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help demo test test-long java-test python-test spark-test lint java-lint python-lint docker-lint format jar wheel bench examples clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

demo: jar $(INSTALLED) ## build everything, train on handwritten digits, write demo/
	$(BIN)/sparkdl4j demo --out demo

test: lint java-test python-test spark-test ## build what is missing, run the linters and all tests but the long ones

test-long: jar $(INSTALLED) $(SPARK_INSTALLED) $(FILE_SYSTEMS_INSTALLED) ## the tests that take long
	scripts/gradle junitLong
	$(BIN)/python -m pytest -m long --ignore=tests/spark || [ $$? -eq 5 ] # 5: there is none
	@$(call on_each_spark,long)

java-test: $(STAMPS)/java-test ## Java tests (JUnit) with coverage; nothing when nothing changed
	@cat build/reports/jacoco/summary.txt

$(STAMPS)/java-test: $(JAVA_ALL) | $(TOOLCHAIN)
	@echo 'Java tests (the first time downloads the dependencies)'
	@scripts/gradle coverage
	@mkdir -p $(@D) && touch $@

python-test: jar $(INSTALLED) ## Python tests (pytest) with coverage
	$(BIN)/python -m pytest -m "not long" --ignore=tests/spark --cov --cov-report=term --cov-report=html --cov-report=xml

spark-test: jar $(INSTALLED) $(SPARK_INSTALLED) ## the tests on Spark, of each version that is supported
	@$(call on_each_spark,not long)
	@for version in $(SPARKS); do \
	  echo "Spark $$version, Java"; \
	  scripts/gradle junitSpark -PsparkHome=build/spark/$$version/pyspark || exit 1; \
	done

build/spark/%/installed:
	@echo 'Installing Spark $* into $(@D)'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --target $(@D) 'pyspark==$*'
	@touch $@

build/hadoop/installed: gradle.properties | $(TOOLCHAIN)
	@echo "Installing HDFS, YARN and S3's client into $(@D)"
	@scripts/gradle hadoop s3
	@touch $@

build/moto/installed: | $(INSTALLED)
	@echo 'Installing moto into $(@D)'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --target $(@D) 'moto[server]==$(MOTO)'
	@touch $@

lint: java-lint python-lint docker-lint ## formatters and linters, changing nothing

java-lint: $(STAMPS)/java-lint

$(STAMPS)/java-lint: $(JAVA_ALL) | $(TOOLCHAIN)
	@echo 'Java format, warnings, Javadoc'
	@scripts/gradle javaFormatCheck testClasses javadoc
	@mkdir -p $(@D) && touch $@

python-lint: $(INSTALLED)
	$(BIN)/ruff check $(PYTHON_CODE)
	$(BIN)/ruff format --check $(PYTHON_CODE)
	$(BIN)/mypy

docker-lint: $(INSTALLED)
	$(BIN)/hadolint docker/Dockerfile
	$(BIN)/yamllint --strict -d '{extends: relaxed, rules: {line-length: {max: 132}}}' docker docs/kubernetes

format: $(INSTALLED) ## format Java and Python
	scripts/gradle javaFormat
	$(BIN)/ruff check --fix-only --quiet $(PYTHON_CODE)
	$(BIN)/ruff format $(PYTHON_CODE)

jar: $(JAR) ## the all-in-one jar and the -logging jar, in python/sparkdl4j/jars

$(JAR): $(JAVA_MAIN) | $(TOOLCHAIN)
	@echo 'Building the jar (the first time downloads the dependencies)'
	@scripts/gradle jars
	@touch $@

wheel: $(WHEEL) ## dist/sparkdl4j-<version>-<platform>.whl, which carries the jars
	@ls dist/*.whl

$(WHEEL): $(JAR) $(INSTALLED) LICENSE README.md $(call files_of,python/sparkdl4j)
	rm -rf build/python dist
	$(BIN)/python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .
	@touch $@

bench: jar $(INSTALLED) $(SPARK_INSTALLED) ## the benchmarks; beside peers after benchmarks/peers/install all
	@for benchmark in $(BENCHMARKS); do echo "$$benchmark"; $(BIN)/python "benchmarks/$$benchmark.py" || exit 1; done

examples: jar $(INSTALLED) $(EXAMPLES_ON_SPARK)/installed ## the five papers on the pictures in DATA=FOLDER; their figures go to docs/results.md
	@for folder in $(PICTURES); do [ -d "$(DATA)/$$folder" ] || { \
	  echo "make examples needs pictures: DATA=FOLDER names a folder with $(PICTURES); $(DATA)/$$folder is not there"; exit 1; \
	}; done
	$(call run_example,landscapes,landscapes,landscapes) --classes beach desert forest --master 'local[2]'
	$(call run_example,fashion_mnist,fashion_mnist,fashion-mnist)
	$(call run_example,fashion_mnist,fashion_mnist_spark,fashion-mnist) --master 'local[2]'
	$(call run_example,leukemia,leukemia,leukemia) --pretrain-on $(DATA)/landscapes
	$(call run_example,pneumonia,pneumonia,chest-xray/train) --cross-validate --master 'local-cluster[3,1,3072]' --conf spark.executor.memory=3g
	$(call run_example,skin_lesions,skin_lesions,skin-lesions)
	$(BIN)/python benchmarks/figures.py

clean: ## remove everything that make made
	rm -rf build dist demo $(VENV) python/sparkdl4j/jars .pytest_cache .mypy_cache .ruff_cache .coverage
	find python tests benchmarks -name __pycache__ -prune -exec rm -rf {} +
	rm -rf python/*.egg-info

$(TOOLCHAIN): scripts/install-toolchain
	scripts/install-toolchain

# The virtual environment with an editable install: changes of Python code need no new install.
$(INSTALLED): pyproject.toml setup.py VERSION | $(TOOLCHAIN)
	@echo 'Installing the Python package into $(VENV)'
	@. ./$(TOOLCHAIN) && [ -x $(BIN)/python ] || "$$PYTHON" -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check 'setuptools>=77'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation -e '.[dev]'
	@touch $@
