"""The look of the report: colours for light and dark, and the layout."""

STYLE = """
:root { color-scheme: light dark; --page: #fbfaf8; --card: #fff; --ink: #1f2430; --soft: #646b78; --rule: #e2e0db;
  --good: #2f8f6b; --bad: #d0563f; --one: #3a6ea8; --two: #d99a2b; --goal: #1f2430; }
@media (prefers-color-scheme: dark) { :root { --page: #14171c; --card: #1c2027; --ink: #e8e6e1; --soft: #9aa2af;
  --rule: #2d333d; --good: #4fb790; --bad: #ec7a63; --one: #78a9e0; --two: #e6b45a; --goal: #e8e6e1; } }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 1060px; margin: 0 auto; padding: 32px 20px 80px; }
h1 { font-size: 30px; line-height: 1.2; margin: 0 0 6px; }
h2 { margin: 40px 0 12px; font-size: 20px; }
header p, figure p, small { color: var(--soft); }
.marks { display: grid; grid-template-columns: repeat(auto-fill, minmax(152px, 1fr)); gap: 10px; margin: 24px 0; }
article, figure, details { background: var(--card); border: 1px solid var(--rule); border-radius: 8px; }
article { padding: 12px 14px; border-left: 4px solid var(--rule); }
article.met { border-left-color: var(--good); }
article.missed { border-left-color: var(--bad); }
article.missed strong { color: var(--bad); }
article h3 { font-size: 13px; font-weight: 500; margin: 0; min-height: 2.9em; }
article strong { display: block; font-size: 24px; font-variant-numeric: tabular-nums; }
article small { font-size: 12px; line-height: 1.35; display: block; margin-top: 4px; }
.meter { width: 100%; height: 6px; display: block; margin-top: 4px; }
.track { fill: var(--rule); } .met .fill { fill: var(--good); } .missed .fill { fill: var(--bad); }
.plain .fill { fill: var(--soft); }
figure { margin: 0 0 14px; padding: 16px 18px; }
figcaption { font-weight: 600; margin-bottom: 10px; }
figure p { margin: 8px 0 0; font-size: 13px; }
figure svg { width: 100%; height: auto; display: block; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); gap: 14px; }
.pair figure { margin: 0; }
svg text { fill: var(--ink); font: 12px system-ui, sans-serif; }
svg text.number { fill: var(--soft); font-size: 11px; }
.good { fill: var(--good); } .bad { fill: var(--bad); }
.series0 { fill: var(--one); background: var(--one); } .series1 { fill: var(--two); background: var(--two); }
.axis { stroke: var(--rule); } .goal { stroke: var(--goal); stroke-dasharray: 3 2; vector-effect: non-scaling-stroke; }
.legend { display: flex; gap: 18px; } .legend i { display: inline-block; width: 11px; height: 11px; margin-right: 6px; }
details { margin: 6px 0; padding: 0 14px; } summary { padding: 9px 0; cursor: pointer; }
details[open] { padding-bottom: 14px; }
details h4 { margin: 12px 0 2px; font-size: 12px; color: var(--soft); }
code { color: var(--soft); font-size: 12.5px; margin-right: 6px; }
.chip { float: right; font-size: 12px; color: var(--soft); border: 1px solid var(--rule); border-radius: 10px;
  padding: 1px 9px; }
.wrong { color: var(--bad); margin: 4px 0; } .turn { margin: 4px 0; color: var(--soft); }
pre { white-space: pre-wrap; overflow-wrap: anywhere; background: var(--page); border-radius: 6px; padding: 12px;
  margin: 4px 0; font: 13px/1.5 ui-monospace, monospace; }
"""
