// SPDX-License-Identifier: Apache-2.0
// Inside: what every HTML report has, its style and its script.
#pragma once

#include <string_view>

#include <aeq/config.hpp>

namespace aeq::inline AEQ_ABI::validate::detail {

inline constexpr std::string_view html_style = R"css(
:root { color-scheme: light dark; --page: #fcfcfb; --ink: #1c1c1a; --soft: #686862; --line: #dddcd6; --panel: #f3f2ee;
  --own: #2a6fbb; --all: #b4561f; --low: #c7c6be; --bad: #b3261e; --good: #2e7d4f; }
@media (prefers-color-scheme: dark) { :root { --page: #171716; --ink: #eceae4; --soft: #a3a19a; --line: #383733;
  --panel: #22211f; --own: #6ea8e6; --all: #e69a66; --low: #55534d; --bad: #f2857c; --good: #79c797; } }
body { margin: 0 auto; max-width: 1160px; padding: 24px; background: var(--page); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 22px; margin: 0 0 4px; overflow-wrap: anywhere; } h2 { font-size: 17px; margin: 32px 0 8px; }
p { margin: 4px 0 12px; max-width: 80ch; } p, li, .card span { overflow-wrap: anywhere; } .soft { color: var(--soft); }
.cards { display: flex; flex-wrap: wrap; gap: 12px; margin: 16px 0; }
.card { background: var(--panel); border-radius: 8px; padding: 10px 16px; min-width: 120px; }
.card b { display: block; font-size: 20px; font-weight: 600; } .card span { color: var(--soft); font-size: 13px; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 13px; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: 4px 10px; border-bottom: 1px solid var(--line); white-space: nowrap; }
th { color: var(--soft); font-weight: 600; } .text { text-align: left; }
td.name { text-align: left; white-space: normal; overflow-wrap: anywhere; min-width: 180px; max-width: 340px; }
th button { all: unset; cursor: pointer; } th button:focus-visible { outline: 2px solid var(--own); }
th[aria-sort=ascending] button::after { content: " \2191"; } th[aria-sort=descending] button::after { content: " \2193"; }
pre { background: var(--panel); padding: 12px; border-radius: 8px; overflow-x: auto; font-size: 13px; }
.bad { color: var(--bad); } .good { color: var(--good); }
.key { display: inline-block; width: 10px; height: 10px; border-radius: 2px; margin: 0 6px 0 14px; }
svg { display: block; } svg.chart { margin-bottom: 16px; } svg text { fill: var(--soft); font: 11px system-ui, sans-serif; }
.grid { stroke: var(--line); } .own { fill: var(--own); } .all { fill: var(--all); } .low { fill: var(--low); }
.edge { stroke: var(--all); stroke-width: 1.5; }
)css";

/// Sorts a table by the column whose title is clicked: by numbers (data-v), else by text.
inline constexpr std::string_view html_script = R"js(
for (const table of document.querySelectorAll('table.sorts')) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    if (head.textContent === '') return;
    const button = document.createElement('button');
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener('click', () => {
      const down = head.getAttribute('aria-sort') !== 'descending';
      heads.forEach(h => h.removeAttribute('aria-sort'));
      head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
      const value = row => {
        const cell = row.cells[column];
        return cell.dataset.v === undefined ? cell.textContent : Number(cell.dataset.v);
      };
      const body = table.tBodies[0];
      const order = (a, b) => typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b));
      const rows = [...body.rows].sort((a, b) => order(value(a), value(b)) * (down ? -1 : 1));
      body.replaceChildren(...rows);
    });
  });
}
)js";

}  // namespace aeq::inline AEQ_ABI::validate::detail
