"use strict";
const figures = JSON.parse(document.getElementById("figures").textContent);

function draw(place) {
  for (const box of place.querySelectorAll("[data-figure]")) {
    if (box.dataset.drawn || box.closest("[hidden]")) continue;
    const { data, layout } = figures[box.dataset.figure];
    box.dataset.drawn = "yes";
    Plotly.newPlot(box, data, layout, { displayModeBar: false, responsive: true });
  }
}

for (const nav of document.querySelectorAll("nav")) {
  for (const button of nav.querySelectorAll("button")) {
    button.addEventListener("click", () => {
      const section = nav.closest("section");
      for (const other of nav.querySelectorAll("button")) other.classList.toggle("on", other === button);
      for (const panel of section.querySelectorAll(".figures")) panel.hidden = panel.id !== button.dataset.panel;
      draw(section);
    });
  }
}

draw(document);
