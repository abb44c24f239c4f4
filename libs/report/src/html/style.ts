/** The style sheet of the report. Colours are those of Okabe and Ito, lightened for dark screens; text contrast is 4.5:1 or more. */
export const STYLE = `
:root{color-scheme:light dark;--bg:#fcfcfb;--ink:#1a1e24;--muted:#59626d;--line:#dce0e5;--panel:#f3f5f7;--accent:#0b5a9d;
--good:#00704f;--good-bg:#e6f4ee;--bad:#a8380a;--bad-bg:#fbece4;--quiet:#c3cad2;
--c0:#7b858f;--c1:#0072b2;--c2:#d98e00;--c3:#cc5500;--c4:#b8609a;--c5:#00896b;--c6:#4a5568;
--data:#5c6b7a;--train:#0072b2;--search:#b86e00;--prefer:#a34b86;--check:#00795e}
@media (prefers-color-scheme:dark){:root{--bg:#14171b;--ink:#e6e9ed;--muted:#9da7b3;--line:#323941;--panel:#1d2228;--accent:#7bbcf0;
--good:#4fd1a5;--good-bg:#12312a;--bad:#ff9a6b;--bad-bg:#3a2118;--quiet:#4a545f;
--c0:#98a2ad;--c1:#56b4e9;--c2:#f0b73a;--c3:#ff8a50;--c4:#e2a0c9;--c5:#35c9a0;--c6:#b7c0ca;
--data:#9aa8b6;--train:#56b4e9;--search:#f0b73a;--prefer:#e2a0c9;--check:#35c9a0}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--bg);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif}
main,header,footer{max-width:1060px;margin:0 auto;padding:0 24px}
header{padding-top:44px}
h1{font-size:30px;line-height:1.2;margin:0 0 6px;letter-spacing:-.01em}
h2{font-size:21px;line-height:1.3;margin:0 0 10px;letter-spacing:-.005em}
h3{font-size:16px;margin:26px 0 8px}
p{margin:0 0 12px;max-width:72ch}
section{margin:0;padding:34px 0 14px;border-top:1px solid var(--line)}
.lead{color:var(--muted)}
nav{display:flex;flex-wrap:wrap;gap:4px 18px;margin:18px 0 26px;font-size:14px}
a{color:var(--accent);text-decoration:none}
a:hover{text-decoration:underline}
.findings{margin:0 0 22px;padding:16px 20px 16px 38px;background:var(--panel);border-radius:8px}
.findings li{margin:5px 0;max-width:86ch}
.note{color:var(--muted);font-size:14px}
.scroll{overflow-x:auto}
.scroll.wide svg{min-width:900px}
table{border-collapse:collapse;width:100%;font-size:14px;font-variant-numeric:tabular-nums;margin:6px 0 14px}
table.narrow{width:auto;min-width:320px}
table.narrow th,table.narrow td{padding-right:22px}
table.even{table-layout:fixed;min-width:720px}
table.even td{overflow-wrap:anywhere}
caption{text-align:left;font-weight:600;padding:0 0 6px}
th,td{padding:6px 12px 6px 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
thead th{color:var(--muted);font-weight:600;border-bottom:1px solid var(--muted)}
th:last-child,td:last-child{padding-right:0}
td.n,th.n{text-align:right;white-space:nowrap}
tbody th{font-weight:500}
tr.total th{font-weight:600}
tr.first-total th,tr.first-total td{border-top:1px solid var(--muted)}
tr.cont th:first-child{border-bottom-color:transparent}
td small{display:block;color:var(--muted);font-size:12px;line-height:1.35}
td .main{font-size:15px;font-weight:600}
code,pre,.fragment{font-family:ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace}
code{font-size:.9em}
pre{white-space:pre-wrap;overflow-wrap:anywhere;background:var(--panel);border-radius:8px;padding:12px 14px;margin:0 0 12px;font-size:13px;line-height:1.5}
.differs{color:var(--bad);font-weight:600}
.same,.source{color:var(--muted)}
.source{font-size:12px;margin-left:6px}
tr.group th,tr.group td{padding-top:22px;border-bottom-color:var(--muted);color:var(--muted)}
tr.group th{color:var(--ink);font-weight:600;font-size:15px}
.panels{display:grid;grid-template-columns:repeat(auto-fill,minmax(300px,1fr));gap:18px 24px;margin:12px 0 18px}
.two{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,420px),1fr));gap:8px 40px}
.legend{display:flex;flex-wrap:wrap;gap:4px 20px;margin:4px 0 8px;padding:0;list-style:none;font-size:14px}
.legend svg{width:26px;height:12px;margin-right:7px;display:inline-block;vertical-align:-1px}
.apart{border:1px dashed var(--muted);border-radius:8px;padding:16px 20px 4px;margin:6px 0 18px}
.apart strong{color:var(--bad)}
.share{display:inline-block;height:9px;border-radius:2px;background:var(--c1);vertical-align:1px}
footer{color:var(--muted);font-size:13px;padding-bottom:60px}
svg{display:block;width:100%;height:auto;font:12px system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif}
svg text{fill:var(--muted);font-variant-numeric:tabular-nums}
svg .chart-title,svg .name{fill:var(--ink);font-weight:600}
svg .chart-title{font-size:13px}
svg .value{fill:var(--ink);font-size:11px}
svg .lane{fill:var(--muted);font-weight:600;font-size:13px}
line.grid{stroke:var(--line);stroke-width:1}
line.axis{stroke:var(--muted);stroke-width:1}
.line{fill:none;stroke-width:1.7;stroke-linejoin:round}
.dashed{stroke-dasharray:5 3}
.line.c0,.interval.c0{stroke:var(--c0)}.line.c1,.interval.c1{stroke:var(--c1)}.line.c2,.interval.c2{stroke:var(--c2)}.line.c3,.interval.c3{stroke:var(--c3)}.line.c4,.interval.c4{stroke:var(--c4)}.line.c5,.interval.c5{stroke:var(--c5)}.line.c6,.interval.c6{stroke:var(--c6)}
.bar.c0,.mark.c0,.dot.c0{fill:var(--c0)}.bar.c1,.mark.c1,.dot.c1{fill:var(--c1)}.bar.c2,.mark.c2,.dot.c2{fill:var(--c2)}.bar.c3,.mark.c3,.dot.c3{fill:var(--c3)}.bar.c4,.mark.c4,.dot.c4{fill:var(--c4)}.bar.c5,.mark.c5,.dot.c5{fill:var(--c5)}.bar.c6,.mark.c6,.dot.c6{fill:var(--c6)}
.bar.quiet{fill:var(--quiet)}
.interval{stroke-width:2}
.interval.both{stroke-width:3.4}
.dot.unseen{fill:var(--bg);stroke-width:2}
.dot.unseen.c0{stroke:var(--c0)}.dot.unseen.c1{stroke:var(--c1)}.dot.unseen.c2{stroke:var(--c2)}.dot.unseen.c3{stroke:var(--c3)}.dot.unseen.c4{stroke:var(--c4)}.dot.unseen.c5{stroke:var(--c5)}.dot.unseen.c6{stroke:var(--c6)}
.stage{fill:var(--panel);stroke:var(--line)}
.stripe{fill:var(--data)}
.stripe.k-base,.stripe.k-sft{fill:var(--train)}
.stripe.k-rank,.stripe.k-mine{fill:var(--search)}
.stripe.k-filter,.stripe.k-optimize{fill:var(--prefer)}
.stripe.k-eval-bfcl,.stripe.k-report{fill:var(--check)}
.edge{fill:none;stroke:var(--muted);stroke-width:1.2}
.arrow{fill:var(--muted)}
.link{fill:none;stroke:var(--quiet)}
.link.chosen{stroke:var(--good)}.link.rejected{stroke:var(--bad);stroke-dasharray:5 3}
.node rect{fill:var(--bg);stroke:var(--line)}
.node.root rect{fill:var(--panel)}
.node .fragment{fill:var(--ink);font-size:11.5px}
.node .tag{font-weight:600;font-size:11.5px}
.node .numbers{font-size:11.5px}
.node.chosen rect{fill:var(--good-bg);stroke:var(--good);stroke-width:2}
.node.rejected rect{fill:var(--bad-bg);stroke:var(--bad);stroke-width:2;stroke-dasharray:5 3}
.node.chosen .tag{fill:var(--good)}.node.rejected .tag{fill:var(--bad)}
@media (max-width:640px){main,header,footer{padding-left:16px;padding-right:16px}h1{font-size:25px}}
@media print{:root{--bg:#fff;--ink:#000;--muted:#444;--panel:#f4f4f4}body{font-size:10.5pt}nav{display:none}main,header,footer{max-width:none;padding:0}
section{padding:18px 0 6px}.scroll{overflow:visible}.scroll.wide svg{min-width:0}h2,h3,caption{break-after:avoid}tr,svg,figure,.findings,.apart{break-inside:avoid}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
`;
