// A slider and the number beside it say the same; without this script the number, when one is typed, goes before.
"use strict";

for (const slider of document.querySelectorAll("input[type=range][data-number]")) {
  const number = document.getElementById(slider.dataset.number);
  number.value = number.value || slider.value;
  slider.addEventListener("input", () => { number.value = slider.value; });
  number.addEventListener("input", () => { if (number.value !== "") { slider.value = number.value; } });
}
