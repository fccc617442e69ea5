// What stands under a search result is a passage of the page's text: no code, no printed numbers, no navigation, no hint.
"use strict";

(() => {
  const LONGEST = 240;
  const NO_TEXT = ".cell, .doors, .made-with, .toctree-wrapper, details, nav, pre, .headerlink";

  const inOneLine = (element) => element.textContent.replace(/\\[()[\]]/g, "").replace(/\s+/g, " ").trim();

  // The place of the first keyword, or -1. Keywords are stems: "updat" is found in "updated".
  const first = (text, keywords) =>
    Math.min(...keywords.map((word) => text.indexOf(word)).filter((place) => place >= 0), Infinity);

  const cut = (text, place) => {
    if (text.length <= LONGEST) return text;
    const begin = place < LONGEST / 2 ? 0 : text.lastIndexOf(" ", place - LONGEST / 3) + 1;
    const end = begin + LONGEST < text.length ? text.lastIndexOf(" ", begin + LONGEST) : text.length;
    return (begin > 0 ? "… " : "") + text.slice(begin, end) + (end < text.length ? " …" : "");
  };

  const summary = (page, keywords, anchor) => {
    const main = new DOMParser().parseFromString(page, "text/html").querySelector('[role="main"]');
    if (main === null) return null;
    const words = [...keywords].map((word) => word.toLowerCase());
    const part = (anchor && main.querySelector(anchor)) || main;
    let best = { found: -1 };
    for (const element of part.querySelectorAll("p, li, dd, td")) {
      if (element.closest(NO_TEXT) || element.querySelector("p, li, pre")) continue;
      const text = inOneLine(element);
      const lower = text.toLowerCase();
      const found = words.filter((word) => lower.includes(word)).length;
      if (text && found > best.found) best = { found, text, place: first(lower, words) };
    }
    if (best.found < 0) return null;
    const shown = document.createElement("p");
    shown.classList.add("context");
    shown.textContent = cut(best.text, best.found ? best.place : 0);
    return shown;
  };

  document.addEventListener("DOMContentLoaded", () => {
    if (typeof Search !== "undefined") Search.makeSearchSummary = summary;
  });
})();
