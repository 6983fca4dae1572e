// What tests/browser/test_look.py measures on a page. Each function gives what is wrong.
({
  // Colours on the page that are none of the tokens, where they are seen.
  strange: () => {
    const probe = document.body.appendChild(document.createElement("i"));
    const names = new Set();
    for (const sheet of document.styleSheets) {
      for (const rule of sheet.cssRules) {
        for (const name of rule.style || []) if (name.startsWith("--")) names.add(name);
      }
    }
    const known = new Set(["rgba(0, 0, 0, 0)", "transparent"]);
    for (const name of names) {
      probe.style.color = "";
      probe.style.color = `var(${name})`;
      if (probe.style.color) known.add(getComputedStyle(probe).color);
    }
    probe.remove();
    const strange = new Set();
    const look = (node, property, value) => {
      if (known.has(value) || value.startsWith("color(srgb") || value.startsWith("url(")) return;
      strange.add(`${node.tagName.toLowerCase()}.${node.getAttribute("class")} ${property}: ${value}`);
    };
    for (const node of document.querySelectorAll("body, body *")) {
      if (node.closest("option, defs, head, script, template") || !node.checkVisibility()) continue;
      const style = getComputedStyle(node);
      const drawn = node instanceof SVGElement && !node.closest("svg.icon");
      if (!drawn && node.innerText) look(node, "color", style.color);
      look(node, "background", style.backgroundColor);
      for (const side of ["Top", "Right", "Bottom", "Left"]) {
        if (parseFloat(style[`border${side}Width`]) && style[`border${side}Style`] !== "none") {
          look(node, "border", style[`border${side}Color`]);
        }
      }
      if (drawn && !["svg", "g", "text", "title"].includes(node.tagName)) {
        if (style.fill !== "none" && node.tagName !== "line") look(node, "fill", style.fill);
        if (style.stroke !== "none") look(node, "stroke", style.stroke);
      }
    }
    return [...strange];
  },

  // Words that are cut without a sign of it, and parts that reach out of their card.
  cut: () => {
    const found = [];
    const seen = (node) => node.checkVisibility() && !node.closest(".vh, [hidden], dialog, template");
    for (const node of document.querySelectorAll(".guide *")) {
      if (!seen(node) || node.closest("svg, textarea, input, select, .scroll-x, .table-scroll")) continue;
      const style = getComputedStyle(node);
      const clips = style.overflowX === "hidden" || style.overflowX === "clip";
      if (clips && style.textOverflow !== "ellipsis" && node.scrollWidth > node.clientWidth + 1 &&
          !node.querySelector("svg.defs")) {
        found.push(`cut: ${node.outerHTML.slice(0, 90)}`);
      }
    }
    for (const card of document.querySelectorAll(".guide .sheet-card")) {
      const room = card.getBoundingClientRect();
      for (const node of card.querySelectorAll("*")) {
        if (!seen(node) || node.closest(".scroll-x, .table-scroll, .policy-scroll, svg, .tabs")) continue;
        const box = node.getBoundingClientRect();
        if (box.width && (box.right > room.right + 1 || box.left < room.left - 1)) {
          found.push(`reaches out: ${node.outerHTML.slice(0, 90)}`);
        }
      }
    }
    const cards = [...document.querySelectorAll(".guide .sheet-card")].map((one) => [one, one.getBoundingClientRect()]);
    cards.forEach(([one, a], at) => cards.slice(at + 1).forEach(([other, b]) => {
      const over = a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
      if (over && !one.contains(other)) found.push(`overlaps: ${one.innerText.slice(0, 40)} | ${other.innerText.slice(0, 40)}`);
    }));
    return found;
  },

  // What can be pressed and is too small for a pointer: words in running text are exempt.
  small: (least) => [...document.querySelectorAll("button, summary, a[class]:not(.chip), label.pick, input, select")]
    .filter((node) => node.checkVisibility() && !node.closest(".vh, dialog, template") && !node.matches(".vh, .skip"))
    .filter((node) => !node.matches("[type=checkbox], [type=radio], [type=hidden], [type=file]"))
    .filter((node) => getComputedStyle(node).display !== "inline")
    .map((node) => [node, node.getBoundingClientRect()])
    .filter(([node, box]) => box.width && box.height < least - 0.5)
    .map(([node, box]) => `${Math.round(box.height)} px: ${node.outerHTML.slice(0, 90)}`),

  // Controls on which focus is not seen: two pixels of line, or a field's border and halo.
  unseen: () => {
    const found = [];
    for (const node of document.querySelectorAll("main :is(a[href], button, input, select, textarea, summary)")) {
      if (!node.checkVisibility() || node.disabled || node.closest("dialog, template")) continue;
      node.focus({ preventScroll: true, focusVisible: true });
      if (document.activeElement !== node) continue;
      const label = node.closest("label");
      const styles = [node, label, node.nextElementSibling].filter(Boolean).map((one) => getComputedStyle(one));
      const line = styles.some((style) => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2);
      const field = styles[0].outlineStyle !== "none" && styles[0].boxShadow !== "none";
      if (!line && !field) found.push(node.outerHTML.slice(0, 110));
    }
    document.activeElement.blur();
    return found;
  },

  // How far what was drawn moved by itself since the page came, as browsers count it.
  moved: () => {
    const shifts = new PerformanceObserver(() => {});
    shifts.observe({ type: "layout-shift", buffered: true });
    return shifts.takeRecords().filter((one) => !one.hadRecentInput).reduce((sum, one) => sum + one.value, 0);
  },

  // How a page stands that is read from right to left.
  turned: () => {
    const found = [];
    const rail = document.querySelector(".rail").getBoundingClientRect();
    if (innerWidth >= 900 && Math.abs(rail.right - innerWidth) > 1) found.push("the rail is not at the right");
    for (const node of document.querySelectorAll("svg.timeline, svg.chart, .icon-turns")) {
      const mirrored = getComputedStyle(node).scale.startsWith("-1");
      if (node.checkVisibility() && !mirrored) found.push(`not mirrored: ${node.outerHTML.slice(0, 90)}`);
    }
    const main = document.querySelector("main");
    const wide = Math.max(document.documentElement.scrollWidth - innerWidth, main.scrollWidth - main.clientWidth);
    if (wide > 0) {
      const far = [...main.querySelectorAll("*")].filter((node) => node.getBoundingClientRect().left < -1);
      const inner = far.filter((node) => !far.some((other) => other !== node && node.contains(other)));
      found.push(`${wide} px too wide: ${inner.slice(0, 3).map((node) => node.outerHTML.slice(0, 90))}`);
    }
    return found;
  },
})
