// What moves on the pages: the theme's button, the chapters beside the text, and the search.
const root = document.documentElement;

document.querySelector("#theme").addEventListener("click", () => {
  chosen = root.dataset.theme === "dark" ? "light" : "dark";
  try {
    localStorage.setItem("theme", chosen);
  } catch {} // a page on a disk may not be allowed to remember
  paint();
});

const wide = matchMedia("(min-width: 62rem)");
const unfold = () => (document.querySelector(".chapters").open = wide.matches);
wide.addEventListener("change", unfold);
unfold();
document.querySelector(".chapters [aria-current]")?.scrollIntoView({ block: "nearest" });

const wanted = document.querySelector("#wanted");
const results = document.querySelector("#results");
let index; // made when somebody searches for the first time

function load() {
  return (index ??= new Promise((done, failed) => {
    const script = document.createElement("script");
    script.src = "sections.js";
    script.onload = () => {
      const made = new MiniSearch({
        fields: ["title", "of", "text"],
        storeFields: ["page", "anchor", "title", "of", "text"],
        searchOptions: { boost: { title: 4, of: 2 }, prefix: true, fuzzy: 0.2, combineWith: "AND" },
      });
      made.addAll(sections.map((section, id) => ({ id, ...section })));
      done(made);
    };
    script.onerror = failed;
    document.head.append(script);
  }));
}

// Some words around the first that was found, which is marked. Texts are set as texts, never as HTML.
function passage(text, terms) {
  const low = text.toLowerCase();
  const places = terms.map((term) => [low.indexOf(term), term]).filter(([place]) => place >= 0);
  if (!places.length) return [text.slice(0, 140)];
  const [place, term] = places.sort(([a], [b]) => a - b)[0];
  const from = Math.max(0, text.lastIndexOf(" ", Math.max(0, place - 50)));
  const mark = document.createElement("mark");
  mark.textContent = text.slice(place, place + term.length);
  return [(from ? "… " : "") + text.slice(from, place), mark, text.slice(place + term.length, place + 110) + " …"];
}

function shown(hit) {
  const link = document.createElement("a");
  link.href = `${hit.page}#${hit.anchor}`;
  const small = document.createElement("small");
  small.append(...(hit.of === hit.title ? [] : [hit.of, document.createElement("br")]), ...passage(hit.text, hit.terms));
  link.append(hit.title, small);
  return link;
}

async function search() {
  const asked = wanted.value.trim();
  results.hidden = !asked;
  if (!asked) return;
  const hits = (await load()).search(asked).slice(0, 12);
  if (asked !== wanted.value.trim()) return; // typed on meanwhile
  const none = document.createElement("p");
  none.textContent = `Nothing has “${asked}” in it.`;
  results.replaceChildren(...(hits.length ? hits.map(shown) : [none]));
}

function close() {
  results.hidden = true;
}

wanted.addEventListener("input", search);
wanted.addEventListener("focus", search);
results.addEventListener("click", close);
document.addEventListener("click", (event) => event.target.closest("search") || close());
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    wanted.focus();
  } else if (event.key === "Escape") {
    wanted.blur();
    close();
  } else if (event.key === "Enter" && event.target === wanted) {
    results.querySelector("a")?.click();
  } else if (["ArrowDown", "ArrowUp"].includes(event.key) && !results.hidden && event.target.closest("search")) {
    event.preventDefault();
    const stops = [wanted, ...results.querySelectorAll("a")];
    const next = stops.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
    stops[Math.min(Math.max(next, 0), stops.length - 1)].focus();
  }
});
