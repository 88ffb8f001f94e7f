"use strict";

// Requests under way at once, and how often one that was told to come back later does.
const AT_ONCE = 4, ATTEMPTS = 5, LISTED = 5;

const element = id => document.getElementById(id);
const percent = share => (100 * share).toFixed(1) + " %";
let token = "", waiting = [], running = 0, asked = 0, answered = 0, clearings = 0;

async function ask(path, options = {}) {
  for (let attempt = 1; ; attempt++) {
    const headers = {...options.headers, ...(token ? {Authorization: "Bearer " + token} : {})};
    let response;
    try {
      response = await fetch(path, {...options, headers});
    } catch {
      throw new Error("The server cannot be reached.");
    }
    if (response.ok) return response;
    if (response.status === 503 && attempt < ATTEMPTS) {
      const seconds = Number(response.headers.get("Retry-After")) || 1;
      await new Promise(resolve => setTimeout(resolve, 1000 * seconds));
      continue;
    }
    if (response.status === 401) element("token-form").hidden = false;
    const told = await response.json().catch(() => null);
    throw new Error(told?.error?.message ?? "The server answers with the status " + response.status + ".");
  }
}

function query(values) {
  const model = element("model").value;
  return "?" + new URLSearchParams({...values, ...(model ? {model} : {})});
}

async function showModels() {
  try {
    const models = await (await ask("models")).json();
    element("token-form").hidden = true;
    element("model").replaceChildren(...models.map(model => new Option(model.name)));
    element("model-choice").hidden = models.length < 2;
    showAbout(models);
    element("model").onchange = () => showAbout(models);
  } catch (problem) {
    element("about").textContent = problem.message;
  }
}

function showAbout(models) {
  const model = models.find(each => each.name === element("model").value);
  const names = model.labels.slice(0, 8).join(", ") + (model.labels.length > 8 ? ", …" : "");
  const {height, width} = model.image;
  element("about").textContent =
    `${model.name} tells ${model.labels.length} classes apart (${names}), in pictures scaled to ${width} × ${height}.`;
}

function add(files) {
  for (const file of files) {
    const result = element("result").content.cloneNode(true).firstElementChild;
    const image = result.querySelector("img");
    result.picture = URL.createObjectURL(file);
    show(image, result.picture, "The picture " + file.name);
    result.querySelector("h3").textContent = file.name;
    result.querySelector(".answer").textContent = "…";
    element("results").append(result);
    waiting.push({file, result});
    asked++;
  }
  element("results-title").hidden = element("clear").hidden = asked === 0;
  proceed();
}

function show(image, address, words) {
  image.onload = () => {
    image.hidden = false;
    image.classList.toggle("coarse", image.naturalWidth < 112);
  };
  // A damaged picture, or a TIFF file, which browsers do not show.
  image.onerror = () => { image.hidden = true; };
  image.src = address;
  image.alt = words;
}

function proceed() {
  while (running < AT_ONCE && waiting.length) {
    const before = clearings;
    running++;
    predict(waiting.shift()).finally(() => {
      running--;
      if (before === clearings) answered++;
      proceed();
    });
  }
  const left = asked - answered;
  element("status").textContent = left
    ? `${answered} of ${asked} pictures done`
    : asked && answered ? `Done: ${asked === 1 ? element("results").lastElementChild.summary : asked + " pictures"}` : "";
}

async function predict({file, result}) {
  const answer = result.querySelector(".answer");
  try {
    const response = await ask("predict" + query({top: LISTED}), {
      method: "POST", body: file, headers: {"Content-Type": "application/octet-stream"},
    });
    const found = (await response.json()).predictions[0];
    answer.textContent = `${found.label}, ${percent(found.probability)}`;
    result.summary = `${file.name}: ${answer.textContent}`;
    const rows = Object.entries(found.probabilities).sort((one, other) => other[1] - one[1]);
    result.querySelector("tbody").replaceChildren(...rows.map(([label, share]) => row(file, result, label, share)));
    result.querySelector("table").hidden = false;
  } catch (problem) {
    result.classList.add("bad");
    answer.textContent = problem.message;
    result.summary = `${file.name}: ${problem.message}`;
  }
}

function row(file, result, label, share) {
  const line = document.createElement("tr"), name = document.createElement("th"), cell = document.createElement("td");
  const where = document.createElement("td"), button = document.createElement("button"), bar = document.createElement("span");
  name.scope = "row";
  name.textContent = label;
  bar.className = "bar";
  bar.style.width = percent(share).replace(" ", "");
  cell.className = "share";
  cell.append(percent(share), bar);
  button.type = "button";
  button.textContent = "Where";
  button.setAttribute("aria-label", `Show where ${label} is seen in ${file.name}`);
  button.setAttribute("aria-pressed", "false");
  button.onclick = () => explain(file, result, label, button);
  where.className = "where";
  where.append(button);
  line.append(name, cell, where);
  return line;
}

async function explain(file, result, label, button) {
  const image = result.querySelector("img"), caption = result.querySelector("figcaption");
  const wasPressed = button.getAttribute("aria-pressed") === "true";
  for (const other of result.querySelectorAll("button")) other.setAttribute("aria-pressed", "false");
  if (result.heat) URL.revokeObjectURL(result.heat);
  result.heat = null;
  caption.textContent = "";
  show(image, result.picture, "The picture " + file.name);
  if (wasPressed) return;
  button.setAttribute("aria-pressed", "true");
  element("status").textContent = `Looking for ${label} in ${file.name}`;
  try {
    const response = await ask("saliency" + query({label}), {
      method: "POST", body: file, headers: {"Content-Type": "application/octet-stream"},
    });
    const heat = URL.createObjectURL(await response.blob());
    if (button.getAttribute("aria-pressed") !== "true") return URL.revokeObjectURL(heat);
    result.heat = heat;
    show(image, heat, `Heat over ${file.name}: the brighter, the more ${label} is seen there`);
    caption.textContent = `The brighter, the more ${label} is seen there.`;
    element("status").textContent = `The picture shows where ${label} is seen in ${file.name}`;
  } catch (problem) {
    button.setAttribute("aria-pressed", "false");
    caption.textContent = element("status").textContent = problem.message;
  }
}

element("files").onchange = event => {
  add(event.target.files);
  event.target.value = "";
};
element("token-form").onsubmit = event => {
  event.preventDefault();
  token = element("token").value;
  showModels();
};
element("clear").onclick = () => {
  for (const result of element("results").children) {
    URL.revokeObjectURL(result.picture);
    if (result.heat) URL.revokeObjectURL(result.heat);
  }
  element("results").replaceChildren();
  waiting = [];
  asked = answered = 0;
  clearings++;
  element("results-title").hidden = element("clear").hidden = true;
  element("status").textContent = "All results are removed";
  element("files").focus();
};
const drop = element("drop");
for (const name of ["dragenter", "dragover", "dragleave", "drop"]) {
  addEventListener(name, event => {
    event.preventDefault();
    drop.classList.toggle("over", name === "dragover" || name === "dragenter");
  });
}
addEventListener("drop", event => add(event.dataTransfer.files));
addEventListener("paste", event => {
  if (event.clipboardData?.files.length) add(event.clipboardData.files);
});
showModels();
