/// How pages look: light and dark by the reader's choice, from phones to wide screens.
enum Style {
  static let sheet = """
    :root{--page:#f6f7f9;--surface:#fff;--text:#1b1f24;--muted:#59636e;--line:#d5dae0;\
    --accent:#0b63ce;--good:#14783c;--bad:#b3261e;--first:#0b63ce;\
    --second:#8a5a00;--third:#59636e;--most:75%}
    @media (prefers-color-scheme:dark){:root{--page:#0f1318;--surface:#171d24;--text:#e6eaef;\
    --muted:#9aa5b1;--line:#303943;--accent:#6cb0ff;--good:#6fd394;\
    --bad:#ff8f86;--first:#6cb0ff;--second:#e3b04b;--third:#9aa5b1;--most:50%}}
    *{box-sizing:border-box}
    html{-webkit-text-size-adjust:100%;scroll-behavior:smooth}
    @media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
    body{margin:0;background:var(--page);color:var(--text);font:16px/1.5 system-ui,-apple-system,\
    "Segoe UI",Roboto,"DejaVu Sans",sans-serif}
    header,main{max-width:1120px;margin:0 auto;padding:0 16px}
    header{padding-top:24px}
    h1{font-size:1.6rem;line-height:1.25;margin:0;overflow-wrap:anywhere}
    h2{font-size:1.2rem;margin:0 0 8px}
    h3{font-size:1rem;margin:16px 0 6px}
    p{margin:0 0 12px;max-width:75ch}
    .subtitle{color:var(--muted);margin:4px 0 12px}
    nav{display:flex;flex-wrap:wrap;gap:4px 16px;margin-bottom:16px}
    nav a{padding:2px 0}
    a{color:var(--accent)}
    section{background:var(--surface);border:1px solid var(--line);border-radius:10px;padding:16px;\
    margin:0 0 16px}
    .numbers{display:grid;grid-template-columns:repeat(auto-fit,minmax(136px,1fr));gap:10px;\
    margin:0 0 12px}
    .numbers div{border:1px solid var(--line);border-radius:8px;padding:8px 12px}
    .numbers dt{color:var(--muted);font-size:.85rem}
    .numbers dd{margin:0;font-size:1.3rem;font-variant-numeric:tabular-nums}
    .note{border-left:4px solid var(--bad);padding:6px 12px;background:var(--page)}
    .charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,320px),1fr));\
    gap:16px}
    figure{margin:0}
    figcaption{color:var(--muted);font-size:.9rem}
    :is(figure,div)>svg{display:block;width:100%;height:auto;max-width:620px}
    svg text{fill:var(--text);font:13px system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",\
    sans-serif}
    svg .muted{fill:var(--muted)}
    svg .grid{stroke:var(--line);stroke-width:1}
    svg .halo{paint-order:stroke;stroke:var(--surface);stroke-width:4px;stroke-linejoin:round;\
    font-weight:600}
    .map{max-width:680px}
    .map svg{max-width:560px}.map svg text{font-size:12px}
    .legend{display:flex;flex-wrap:wrap;gap:4px 14px;padding:0;margin:8px 0 0;list-style:none;\
    font-size:.9rem}
    .legend i{display:inline-block;width:.75em;height:.75em;border-radius:50%;margin-right:.4em}
    .legend .stroke{width:26px;height:2px;border-radius:0;vertical-align:middle}
    .scroll{overflow-x:auto;margin:0 0 12px}
    .scroll:focus-visible,a:focus-visible,summary:focus-visible{outline:2px solid var(--accent);\
    outline-offset:2px}
    table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.92rem}
    caption{text-align:left;color:var(--muted);font-size:.9rem;padding-bottom:4px}
    th,td{padding:4px 10px;border-bottom:1px solid var(--line);text-align:right;vertical-align:top}
    th[scope=row],thead th:first-child{text-align:left}
    th{font-weight:600}
    .words td,.words th{text-align:left;overflow-wrap:anywhere}
    th small{display:block;font-weight:400;color:var(--muted);font-size:.86rem}
    .values td{white-space:nowrap}
    .heat th,.heat td{padding:4px 6px;min-width:2.8em;text-align:center;\
    border:1px solid var(--surface)}
    .heat thead th{vertical-align:bottom}
    .heat thead th span{writing-mode:vertical-rl;transform:rotate(180deg);display:inline-block}
    .heat th[scope=row]{white-space:nowrap}
    .heat td{background:color-mix(in srgb,var(--accent) calc(var(--share)*var(--most)),var(--page))}
    .strips{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,480px),1fr));\
    gap:14px 28px}
    .strip{display:grid;grid-template-columns:repeat(9,minmax(0,1fr));gap:4px}
    @media (max-width:520px){.strip{grid-template-columns:repeat(5,minmax(0,1fr))}}
    .strip h3{grid-column:1/-1;margin:0;font-size:.92rem;font-weight:600}
    .strip div{text-align:center;font-size:.78rem;line-height:1.2;position:relative}
    .strip .own{border-right:1px solid var(--line);padding-right:4px}
    .strip .good{color:var(--good)}.strip .bad{color:var(--bad)}
    .strip .good svg{border-color:var(--good)}.strip .bad svg{border-color:var(--bad);\
    border-style:dashed}
    .picture{border:2px solid transparent;border-radius:4px;overflow:hidden}
    .sheet{position:absolute;width:0;height:0}
    .frames{display:grid;grid-template-columns:repeat(auto-fill,minmax(80px,1fr));gap:8px}
    .frame{position:relative}
    .frame .box{position:absolute;inset:2px;width:calc(100% - 4px);height:calc(100% - 4px)}
    .frame rect{fill:none;stroke:var(--bad);stroke-width:2;vector-effect:non-scaling-stroke}
    .pictures{display:grid;grid-template-columns:repeat(auto-fill,minmax(112px,1fr));gap:12px}
    .pictures figcaption{overflow-wrap:anywhere;font-size:.8rem;line-height:1.25}
    .pictures .picture{max-width:160px}
    details{margin:8px 0 0}
    summary{cursor:pointer;color:var(--accent)}
    @media print{nav{display:none}section{break-inside:avoid}}
    """
}
