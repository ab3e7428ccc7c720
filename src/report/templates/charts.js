
// The map and the timeline, by ECharts. Tooltips are elements, never markup.
const root = document.documentElement;
const NAMED = 14; // Of more themes than this, the map shows only the numbers.
const PAPER = 640; // Width of a chart on paper, in CSS pixels.
$('#explore').hidden = false;
look.hidden = false;
const narrow = () => innerWidth < 760;

// The value a colour of the style sheet has now.
function ink(name) {
  const probe = root.appendChild(make('i', { style: `color: var(${name})` }));
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
const themeInk = id => ink(`--c${themes.get(id)?.colour ?? 0}`);

// The name of a theme in one language.
const first = id => themes.get(id).name.split(' / ')[0];

function tip(...lines) {
  return make('div', { class: 'tip' }, ...lines.filter(Boolean).map((line, at) => line.nodeType ? line : make('div', { class: at ? 'unit' : 'title' }, line)));
}
const tooltip = () => ({ backgroundColor: ink('--sheet'), borderColor: ink('--rule'), textStyle: { color: ink('--ink'), fontSize: 14 }, confine: true, transitionDuration: 0, extraCssText: 'max-width: 340px; white-space: normal; box-shadow: none;' });
const font = getComputedStyle(document.body).fontFamily;

// ---- The map
const mapPlot = $('#map-plot');
const map = echarts.init(mapPlot);
const ids = [...themes.keys(), 0];
const bounds = ['x', 'y'].map(axis => data.articles.reduce(([low, high], article) => [Math.min(low, article[axis]), Math.max(high, article[axis])], [1, -1]));
const pad = ([low, high]) => { const room = (high - low || 1) * .05; return { min: low - room, max: high + room }; };
const near = articles => {
  // The article nearest to the middle of its theme: a name there stands among its dots.
  const middle = axis => articles.reduce((sum, article) => sum + article[axis], 0) / articles.length;
  const [x, y] = [middle('x'), middle('y')];
  return articles.reduce((best, article) => {
    const away = (article.x - x) ** 2 + (article.y - y) ** 2;
    return away < best[0] ? [away, article] : best;
  }, [Infinity])[1];
};

// Names of themes over the dots they belong to, moved up or down until none covers another, and kept on the map.
function place(list, anchor, size) {
  const brief = narrow() || list.length > NAMED;
  const [width, height] = [mapPlot.clientWidth - 16, mapPlot.clientHeight - 16];
  const scale = (value, range, length) => { const { min, max } = pad(range); return (value - min) / (max - min) * length; };
  const taken = [];
  return list.map(id => {
    const at = anchor(id);
    const words = brief ? String(id) : `${id} ${clip(first(id))}`;
    const half = (16 + [...words].reduce((sum, c) => sum + (/[\u2e80-\uffef]/.test(c) ? 13 : 8), 0)) / 2;
    const x = scale(at.x, bounds[0], width), y = height - scale(at.y, bounds[1], height) - 1.5 * size - 12;
    const dx = Math.max(half, Math.min(width - half, x)) - x;
    const free = dy => y + dy > 12 && y + dy < height - 12
      && taken.every(other => Math.abs(other.x - x - dx) > other.half + half + 4 || Math.abs(other.y - y - dy) > 27);
    const dy = [0, 1, -1, 2, -2, 3, -3, 4, -4, 5, -5, 6, -6].map(step => step * 27).find(free) ?? 0;
    taken.push({ x: x + dx, y: y + dy, half });
    return { value: [at.x, at.y], theme: id, words, label: { color: themeInk(id), borderColor: themeInk(id), offset: [dx, dy] } };
  });
}

// As much of a name as fits some 26 Latin letters, Chinese ones counted twice.
function clip(name) {
  let room = 26;
  const kept = [...name].filter(c => (room -= /[\u2e80-\uffef]/.test(c) ? 2 : 1) >= 0).join('');
  return kept === name ? name : `${kept.trimEnd()}…`;
}

function describe(article) {
  const by = [article.date, data.sources[article.source]].filter(Boolean).join(' · ');
  return tip(article.title, make('div', { class: 'unit' }, themeName(article.theme)), by);
}

function drawMap() {
  const n = data.articles.length;
  const size = n > 6000 ? 4 : n > 1500 ? 6 : n > 300 ? 8 : 12;
  const sheet = ink('--sheet');
  const point = article => ({ value: [article.x, article.y], article: article.number });
  const chosen = new Set(shown);
  const groups = new Map(ids.map(id => [id, []]));
  shown.forEach(article => (groups.get(article.theme ?? 0) ?? groups.get(0)).push(article));
  const rest = chosen.size < n ? data.articles.filter(article => !chosen.has(article)) : [];
  const dots = ids.map(id => ({
    id: `theme-${id}`, type: 'scatter', symbolSize: id ? size : size - 1, data: groups.get(id).map(point), z: 3,
    itemStyle: id ? { color: themeInk(id), borderColor: sheet, borderWidth: n > 1500 ? 0 : 1, opacity: n > 1500 ? .75 : .9 } : { color: 'transparent', borderColor: themeInk(0), borderWidth: 1.5 },
    emphasis: { scale: 1.6, itemStyle: { borderColor: ink('--ink'), borderWidth: 2, opacity: 1 } }, animation: false,
  }));
  const names = place([...themes.keys()].filter(id => groups.get(id).length), id => near(groups.get(id)), size);
  map.setOption({
    grid: { left: 8, right: 8, top: 8, bottom: 8 },
    xAxis: { show: false, ...pad(bounds[0]) },
    yAxis: { show: false, ...pad(bounds[1]) },
    dataZoom: ['x', 'y'].map(axis => ({ id: axis, type: 'inside', [`${axis}AxisIndex`]: 0, filterMode: 'none', zoomOnMouseWheel: 'ctrl', moveOnMouseWheel: false, moveOnMouseMove: !matchMedia('(pointer: coarse)').matches, minSpan: 2 })),
    tooltip: { ...tooltip(), trigger: 'item', formatter: ({ data: { article, theme } }) => article ? describe(data.articles[article - 1]) : tip(themeName(theme), count(groups.get(theme).length, 'article', 'articles')) },
    series: [
      { id: 'rest', type: 'scatter', symbolSize: size - 1, silent: true, large: true, largeThreshold: 1000, data: rest.map(article => [article.x, article.y]), itemStyle: { color: ink('--rule'), opacity: .7 }, z: 2, animation: false },
      ...dots,
      {
        id: 'names', type: 'scatter', symbolSize: 1, data: names, z: 5, animation: false, itemStyle: { color: 'transparent', opacity: 1 },
        label: { show: true, formatter: ({ data: { words } }) => words, position: 'top', distance: size, fontFamily: font, fontSize: 13, fontWeight: 700, backgroundColor: sheet, borderWidth: 1, borderRadius: 4, padding: [4, 7] },
        emphasis: { label: { show: true } },
      },
    ],
  }, { replaceMerge: ['series'] });
  current = undefined;
}

map.on('click', ({ data: { article, theme } }) => {
  if (article) open(data.articles[article - 1]);
  else if (theme) location.hash = `theme-${theme}`;
});

function zoom(how) {
  const window = map.getOption().dataZoom;
  for (const { id, start, end } of window) {
    const middle = (start + end) / 2, half = (end - start) / 2 * (how === 'in' ? .6 : 1 / .6);
    map.dispatchAction(how === 'all' ? { type: 'dataZoom', dataZoomId: id, start: 0, end: 100 }
      : { type: 'dataZoom', dataZoomId: id, start: Math.max(0, middle - half), end: Math.min(100, middle + half) });
  }
}
document.querySelectorAll('[data-zoom]').forEach(button => button.addEventListener('click', () => zoom(button.dataset.zoom)));

// Arrow keys: to the nearest dot in that direction, straight ahead before aside.
let current;
const DIRECTIONS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
function step([dx, dy]) {
  if (!current) return shown[0];
  let best = current, least = Infinity;
  for (const article of shown) {
    const x = article.x - current.x, y = article.y - current.y;
    const ahead = x * dx + y * dy, aside = Math.abs(x * dy - y * dx);
    if (article !== current && ahead > 0 && ahead + 2 * aside < least) [best, least] = [article, ahead + 2 * aside];
  }
  return best;
}
function point(article) {
  if (current) map.dispatchAction({ type: 'downplay' });
  current = article;
  if (!article) return;
  const id = themes.has(article.theme) ? article.theme : 0;
  const seriesId = `theme-${id}`;
  const series = map.getOption().series.findIndex(one => one.id === seriesId);
  const at = { seriesIndex: series, dataIndex: map.getOption().series[series].data.findIndex(one => one.article === article.number) };
  map.dispatchAction({ type: 'highlight', ...at });
  map.dispatchAction({ type: 'showTip', ...at });
  $('#map-live').textContent = [article.title, themeName(article.theme), article.date].filter(Boolean).join(', ');
}
mapPlot.addEventListener('keydown', event => {
  const { key } = event;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (DIRECTIONS[key]) point(step(DIRECTIONS[key]));
  else if (key === 'Enter' && current) open(current);
  else if (key === '+' || key === '=') zoom('in');
  else if (key === '-') zoom('out');
  else if (key === '0') zoom('all');
  else return;
  event.preventDefault();
});

// ---- The timeline
const timePlot = $('#timeline-plot');
const time = timePlot && echarts.init(timePlot);
const starts = data.periods.map(period => period.from);
function periodOf(day) {
  let low = 0, high = starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (starts[middle] <= day) low = middle + 1; else high = middle;
  }
  return low - 1;
}
const counting = () => document.querySelector('[name=unit]:checked')?.value ?? 'articles';

// Counts by theme and period: the report's own where no filter is set, else those of the articles shown. A story counts
// once, in the period of its first article.
function timeCounts() {
  const unit = counting();
  if (shown.length === data.articles.length) return ids.map((_, at) => data.periods.map(period => period[unit][at] ?? 0));
  const rows = new Map(ids.map(id => [id, data.periods.map(() => 0)]));
  const seen = new Set();
  const dated = shown.filter(article => article.date).sort(orders.old);
  for (const article of dated) {
    const at = periodOf(article.date);
    if (at < 0 || (unit === 'stories' && article.story && seen.has(article.story))) continue;
    if (article.story) seen.add(article.story);
    (rows.get(article.theme ?? 0) ?? rows.get(0))[at] += 1;
  }
  return [...rows.values()];
}

function drawTime() {
  const counts = timeCounts();
  const chosen = themes.get(Number(state.theme));
  const soft = ink('--soft'), rule = ink('--rule');
  const burst = day => Math.max(0, periodOf(day));
  time.setOption({
    grid: { left: 48, right: 12, top: 12, bottom: 32 },
    xAxis: { type: 'category', data: data.periods.map(period => period.name), axisTick: { show: false }, axisLine: { lineStyle: { color: soft } }, axisLabel: { color: soft, hideOverlap: true, fontFamily: font, fontSize: 13 } },
    yAxis: { type: 'value', minInterval: 1, splitNumber: 3, axisLabel: { color: soft, fontFamily: font, fontSize: 13 }, splitLine: { lineStyle: { color: rule } } },
    tooltip: {
      ...tooltip(), trigger: 'axis', axisPointer: { type: 'shadow', shadowStyle: { color: rule, opacity: .4 } },
      formatter: parts => {
        const some = parts.filter(part => part.value > 0).sort((a, b) => b.value - a.value);
        const all = some.reduce((sum, part) => sum + part.value, 0);
        const lines = some.slice(0, 10).map(part => make('div', { class: 'line' }, make('i', { style: `background: ${part.color}` }), make('span', {}, part.seriesName), make('b', {}, String(part.value))));
        if (some.length > 10) lines.push(make('div', { class: 'unit' }, `and ${some.length - 10} more 更多`));
        return tip(`${parts[0].name}: ${counting() === 'articles' ? count(all, 'article', 'articles') : count(all, 'story', 'stories')}`, ...lines);
      },
    },
    series: ids.map((id, at) => ({
      id: `theme-${id}`, name: id ? `${id} ${first(id)}` : themeName(id), type: 'bar', stack: 'all', data: counts[at].map(n => n || { value: 0, itemStyle: { borderWidth: 0 } }), animation: false, barMaxWidth: 64, barCategoryGap: data.periods.length > 120 ? '0%' : '18%',
      itemStyle: { color: themeInk(id), borderColor: ink('--sheet'), borderWidth: data.periods.length > 80 ? 0 : .5 }, emphasis: { disabled: true },
      markArea: chosen?.id === id && chosen.bursts ? { silent: true, itemStyle: { color: themeInk(id), opacity: .14 }, data: chosen.bursts.map(([from, to]) => [{ xAxis: burst(from) }, { xAxis: burst(to) }]) } : { data: [] },
    })),
  });
}

// Only this period; chosen again, all of them.
function choosePeriod(at) {
  const last = new Date(`${starts[at + 1] ?? ''}T00:00:00Z`);
  const to = Number.isNaN(last.valueOf()) ? '' : new Date(last - 864e5).toISOString().slice(0, 10);
  set(state.from === starts[at] && state.to === to ? { from: '', to: '' } : { from: starts[at], to });
}
if (time) {
  let at = -1;
  watchers.push(drawTime);
  // The whole height of a period answers, not only its bar.
  time.getZr().on('click', ({ offsetX, offsetY }) => {
    if (!time.containPixel('grid', [offsetX, offsetY])) return;
    choosePeriod(time.convertFromPixel({ seriesIndex: 0 }, [offsetX, offsetY])[0]);
  });
  document.querySelector('#unit')?.addEventListener('change', drawTime);
  timePlot.addEventListener('keydown', event => {
    const move = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (move) {
      at = Math.max(0, Math.min(starts.length - 1, at + move));
      time.dispatchAction({ type: 'showTip', seriesIndex: 0, dataIndex: at });
      const sum = timeCounts().reduce((total, row) => total + row[at], 0);
      $('#timeline-live').textContent = `${data.periods[at].name}: ${sum}`;
    } else if (event.key === 'Enter' && at >= 0) choosePeriod(at);
    else return;
    event.preventDefault();
  });
}

const fit = size => [map, time].forEach(chart => chart?.resize(size));
let resizing;
addEventListener('resize', () => {
  clearTimeout(resizing);
  resizing = setTimeout(() => { fit(); drawMap(); }, 100);
});
addEventListener('beforeprint', () => fit({ width: PAPER }));
addEventListener('afterprint', () => fit());

watchers.unshift(drawMap);
if (!location.hash.includes('=')) apply();
if (location.hash) readFragment();
