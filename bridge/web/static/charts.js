/* Draws the charts of a page from the options that stand beside them as data. Until it has, and where it cannot, every
   chart is the table below it. Colours are names of base.css, so that dark mode and paper need nothing of this. */
"use strict";

(() => {
  const library = document.currentScript.dataset.library;
  const places = Array.from(document.querySelectorAll("[data-chart]"));

  /* A text a reader meets is put in as text, never as markup. */
  const tip = (lines) => {
    const box = document.createElement("div");
    lines.forEach((line, number) => {
      const row = document.createElement(number ? "p" : "b");
      row.textContent = line;
      box.append(row);
    });
    return box;
  };

  /* Of several series under the pointer the heading is said once. */
  const told = (params) => {
    const all = (Array.isArray(params) ? params : [params]).map((one) => (one.data && one.data.tip) || []);
    const lines = all.filter((one) => one.length);
    return lines.length ? tip([lines[0][0], ...lines.flatMap((one) => one.slice(1))]) : "";
  };

  /* All corners of an area are drawn with its first point. */
  const area = (params, api) => {
    if (params.dataIndex) { return null; }
    const corner = (_, at) => api.coord([api.value(0, at), api.value(1, at)]);
    const points = Array.from({ length: params.dataInsideLength }, corner);
    return { type: "polygon", shape: { points }, style: api.style(), silent: true };
  };

  /* A bar from value 0 to value 1 in row 2; value 3 says how tall (0 to 1), value 4 where in the row (0 to 1). */
  const bar = (params, api) => {
    const [left, middle] = api.coord([api.value(0), api.value(2)]);
    const right = api.coord([api.value(1), api.value(2)])[0];
    const high = api.size([0, 1])[1];
    const tall = high * api.value(3);
    const top = middle - high / 2 + high * api.value(4);
    const style = { ...api.style(), decal: api.visual("decal") };
    return { type: "rect", shape: { x: left, y: top, width: Math.max(right - left, 3), height: tall, r: 2 }, style };
  };

  /* An arrow from day 0 of row 1 to day 2 of row 3. */
  const arrow = (params, api) => {
    const from = api.coord([api.value(0), api.value(1)]);
    const to = api.coord([api.value(2), api.value(3)]);
    const bend = Math.max(from[0] + 6, Math.min(to[0] - 6, from[0] + 14));
    const points = [from, [bend, from[1]], [bend, to[1]], [to[0] - 1, to[1]]];
    const style = { ...api.style({ fill: "none" }), fill: "none", stroke: "var(--soft)", lineWidth: 1 };
    const head = [[to[0], to[1]], [to[0] - 5, to[1] - 3], [to[0] - 5, to[1] + 3]];
    return {
      type: "group",
      silent: true,
      children: [
        { type: "polyline", shape: { points }, style: { ...style, lineDash: api.value(4) ? [3, 3] : null } },
        { type: "polygon", shape: { points: head }, style: { fill: "var(--soft)" } },
      ],
    };
  };

  const shapes = { area, bar, arrow };

  const draw = (place) => {
    const option = JSON.parse(place.nextElementSibling.textContent);
    option.tooltip.formatter = told;
    option.series.filter((one) => one.shape).forEach((one) => { one.renderItem = shapes[one.shape]; });
    place.replaceChildren();
    place.style.height = `${option.high}px`;
    const chart = window.echarts.init(place, null, { renderer: "svg", locale: place.dataset.locale });
    const { narrow, ...wide } = option;
    chart.setOption(narrow ? { baseOption: wide, media: [{ query: { maxWidth: 560 }, option: narrow }] } : wide);
    place.dataset.chart = "drawn";
    place.closest("section").querySelectorAll("details.numbers").forEach((one) => { one.open = false; });
    return chart;
  };

  const say = (place, text) => {
    const line = document.createElement("p");
    line.textContent = text;
    place.hidden = false;
    place.replaceChildren(line);
  };

  const failed = (place) => {
    place.dataset.chart = "failed";
    say(place, place.dataset.failed);
  };

  const drawAll = () => {
    const charts = places.map((place) => {
      try {
        return draw(place);
      } catch (problem) {
        failed(place);
        console.warn(problem);
        return null;
      }
    }).filter(Boolean);
    const resize = (width) => charts.forEach((one) => one.resize(width ? { width } : undefined));
    window.addEventListener("resize", () => resize());
    window.addEventListener("beforeprint", () => resize(960));
    window.addEventListener("afterprint", () => resize());
  };

  if (places.length) {
    places.forEach((place) => say(place, place.dataset.loading));
    const script = document.createElement("script");
    script.src = library;
    script.onload = drawAll;
    script.onerror = () => places.forEach(failed);
    document.head.append(script);
  }
})();
