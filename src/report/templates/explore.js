
// The filters, the list of articles and the list of stories. What the data says is only ever set as text, never as markup.
const data = JSON.parse(document.getElementById('data').textContent);
const $ = selector => document.querySelector(selector);
const themes = new Map(data.themes.map(theme => [theme.id, theme]));
const partners = new Map(data.partners.map(partner => [partner.code, partner.name]));
const storySizes = new Map(data.stories.map(story => [story.id, story.articles.length]));
const form = $('#filters');
const ROWS = 50, STORIES = 10, PRINTED = 1000;
const THOUSANDS = new Intl.NumberFormat('en');

data.articles.forEach((article, at) => {
  article.number = at + 1;
  article.sought = fold(article.title);
});

// An element with attributes and children; text stays text.
function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) if (value) element.setAttribute(key, value);
  element.append(...children.filter(child => child !== undefined && child !== ''));
  return element;
}

// Text as the search compares it: case, width and accents do not matter.
function fold(text) {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}

const english = word => /^en/.test(word) ? 'en' : /^zh/.test(word) ? 'zh-Hans' : '';
const short = { zh: '中', en: 'EN', 'zh+en': '中 EN' };
const count = (n, one, many) => `${THOUSANDS.format(n)} ${n === 1 ? one : many}`;
const themeName = id => themes.has(id) ? `${id} ${themes.get(id).name}` : 'unthemed 未归类';

// ---- State: what the filters say; kept in the fragment, so that a view can be shared.
const FIELDS = ['q', 'theme', 'lang', 'source', 'partner', 'from', 'to'].filter(name => form.elements[name]);
const CHIPS = { sub: 'Sub-theme 子主题', story: 'Story 事件', also: 'Touching theme 兼及' };
const state = Object.fromEntries([...FIELDS, ...Object.keys(CHIPS)].map(name => [name, '']));
const nothing = () => Object.fromEntries(Object.keys(state).map(name => [name, '']));
let shown = data.articles;
const watchers = [];

function options(name, entries) {
  const select = form.elements[name];
  if (select) entries.forEach(([value, text]) => select.append(make('option', { value }, text)));
}
options('source', data.sources.map(source => [source, source]));
options('partner', data.partners.map(partner => [partner.code, partner.name]));

function readFragment() {
  const fragment = location.hash.slice(1);
  if (fragment && !fragment.includes('=')) return goTo(fragment);
  const given = new URLSearchParams(fragment);
  for (const name of Object.keys(state)) state[name] = given.get(name) ?? '';
  for (const name of FIELDS) {
    form.elements[name].value = state[name];
    state[name] = form.elements[name].value; // A value no option has is no filter.
  }
  apply();
  if (fragment) $('#explore').scrollIntoView();
}

function writeFragment() {
  const told = new URLSearchParams(Object.entries(state).filter(([, value]) => value));
  history.replaceState(null, '', told.size ? `#${told}` : location.pathname + location.search);
}

function set(changes) {
  Object.assign(state, changes);
  for (const name of FIELDS) form.elements[name].value = state[name];
  writeFragment();
  apply();
}

function passes(article) {
  const { theme, sub, story, also, lang, source, partner, from, to } = state;
  return (!theme || (article.theme ?? 0) === Number(theme))
    && (!sub || article.sub === sub || !!article.sub?.startsWith(`${sub}.`))
    && (!story || article.story === Number(story))
    && (!also || !!article.also?.includes(Number(also)))
    && (!lang || article.lang === lang)
    && (!source || data.sources[article.source] === source)
    && (!partner || !!article.partners?.includes(partner))
    && (!from || (article.date ?? '') >= from)
    && (!to || (!!article.date && article.date <= to));
}

function apply() {
  const words = fold(state.q ?? '').split(/\s+/).filter(Boolean);
  shown = data.articles.filter(article => passes(article) && words.every(word => article.sought.includes(word)));
  const all = data.articles.length;
  $('#shown').textContent = `${THOUSANDS.format(shown.length)} of ${count(all, 'article', 'articles')} shown`;
  form.querySelector('[type=reset]').disabled = !Object.values(state).some(Boolean);
  $('#chips').replaceChildren(...Object.entries(CHIPS).filter(([name]) => state[name]).map(([name, label]) => {
    const chip = make('button', { type: 'button', 'aria-label': `Remove: ${label} ${state[name]}` }, `${label} ${state[name]} ×`);
    chip.addEventListener('click', () => set({ [name]: '' }));
    return chip;
  }));
  articlePages.start();
  storyPages?.start();
  watchers.forEach(watch => watch());
}

let typing, changes = {};
form.addEventListener('input', ({ target: { name, value } }) => {
  clearTimeout(typing);
  // A part belongs to its theme: another theme, no part.
  Object.assign(changes, { [name]: value }, name === 'theme' && { sub: '' });
  typing = setTimeout(() => {
    set(changes);
    changes = {};
  }, name === 'q' ? 120 : 0);
});
form.addEventListener('submit', event => event.preventDefault());
form.addEventListener('reset', () => setTimeout(() => set(nothing())));

// ---- Pages of a list: only what is looked at is in the document.
function pages(section, size, items, draw) {
  let at = 0;
  const bars = section.querySelectorAll('.pages');
  function show(page, most = size) {
    const list = items();
    at = Math.max(0, Math.min(page, Math.ceil(list.length / size) - 1));
    draw(list.slice(at * size, at * size + most), list.length);
    bars.forEach(bar => {
      const button = (text, label, to) => {
        const made = make('button', { type: 'button', 'aria-label': label }, text);
        made.disabled = to < 0 || to * size >= list.length || to === at;
        made.addEventListener('click', () => {
          show(to);
          section.scrollIntoView();
          bars[0].querySelector('button:not(:disabled)')?.focus({ preventScroll: true });
        });
        return made;
      };
      const last = Math.ceil(list.length / size) - 1;
      const range = `${THOUSANDS.format(at * size + 1)}–${THOUSANDS.format(Math.min(list.length, at * size + size))} of ${THOUSANDS.format(list.length)}`;
      bar.replaceChildren(...(list.length > size ? [button('«', 'First page 首页', 0), button('‹', 'Previous page 上一页', at - 1), range,
        button('›', 'Next page 下一页', at + 1), button('»', 'Last page 末页', last)] : []));
    });
  }
  return { start: () => show(0), show, again: () => show(at), find: item => show(Math.floor(Math.max(0, items().indexOf(item)) / size)) };
}

const badge = id => themes.has(id)
  ? make('a', { class: `badge small t${themes.get(id).colour}`, href: `#theme-${id}`, title: themeName(id) }, String(id))
  : make('span', { class: 'badge small t0' }, String(id));

const outside = (url, ...children) => make('a', { href: url, rel: 'noopener noreferrer nofollow' }, ...children);

function quotation({ quote, article, place }) {
  const entry = data.articles[article];
  const by = make('figcaption', {}, ...(entry ? [make('a', { class: 'title', href: `#a-${entry.number}`, lang: english(entry.lang) }, entry.title)] : []),
    ...(entry?.date ? [make('time', {}, entry.date)] : []), make('code', {}, place));
  return make('figure', { class: 'proof' }, make('blockquote', {}, make('p', {}, quote)), by);
}

function row(article) {
  const lang = english(article.lang);
  const extras = [];
  if (storySizes.has(article.story)) extras.push(make('a', { href: `#story=${article.story}` }, `story 事件 of ${storySizes.get(article.story)}`));
  for (const code of article.partners ?? []) extras.push(make('a', { href: `#partner=${encodeURIComponent(code)}` }, partners.get(code) ?? code));
  const head = make('th', { scope: 'row' }, article.url ? outside(article.url, make('span', { lang }, article.title)) : make('span', { lang }, article.title));
  if (article.sub) extras.unshift(make('a', { href: `#theme=${article.theme}&sub=${encodeURIComponent(article.sub)}` }, `${article.sub} ${themes.get(article.theme)?.parts?.[article.sub] ?? ''}`));
  if (extras.length) head.append(make('small', {}, ...extras.flatMap((extra, at) => at ? [' · ', extra] : [extra])));
  if (article.because) head.append(make('small', { class: 'reason' }, article.because));
  head.append(...(article.quotes ?? []).map(quotation));
  const badges = article.theme ? [badge(article.theme)] : [make('span', { class: 'none' }, 'none ', make('span', { lang: 'zh-Hans' }, '无'))];
  return make('tr', { id: `a-${article.number}`, tabindex: '-1' },
    make('td', { class: 'no' }, String(article.number)), head,
    make('td', { class: 'themes' }, ...badges, ...(article.also ?? []).map(badge)),
    make('td', { class: 'lang' }, short[article.lang] ?? '–'),
    make('td', { class: 'date' }, ...(article.date ? [make('time', {}, article.date)] : [])),
    make('td', { class: 'source' }, data.sources[article.source] ?? ''),
    make('td', { class: 'place' }, make('code', {}, `${data.paths[article.path]}:${article.line}`)));
}

const text = (a, b) => a < b ? -1 : a > b ? 1 : 0;
const orders = {
  number: (a, b) => a.number - b.number,
  theme: (a, b) => (a.theme ?? 1e9) - (b.theme ?? 1e9) || text(a.sub ?? '', b.sub ?? '') || a.number - b.number,
  new: (a, b) => text(b.date ?? '', a.date ?? '') || a.number - b.number,
  old: (a, b) => text(a.date ?? '~', b.date ?? '~') || a.number - b.number,
  title: (a, b) => text(a.sought, b.sought) || a.number - b.number,
};
let sorted = [], sortedFor;
function inOrder() {
  const key = $('#order').value;
  if (sortedFor?.[0] !== shown || sortedFor[1] !== key) {
    sorted = [...shown].sort(orders[key]);
    sortedFor = [shown, key];
  }
  return sorted;
}
const articlePages = pages($('#articles'), ROWS, inOrder, (list, all) => {
  $('#rows').replaceChildren(...list.map(row));
  $('#none').hidden = all > 0;
});
// A column in which nothing stands is left out.
for (const [name, some] of [['lang', form.elements.lang], ['date', data.periods.length], ['source', data.sources.length]]) $('#articles').classList.toggle(`no-${name}`, !some);
$('#order').addEventListener('change', () => articlePages.start());

function story(item) {
  const span = item.articles.map(at => data.articles[at].date).filter(Boolean).sort();
  const days = span.length ? (span[0] === span.at(-1) ? span[0] : `${span[0]} – ${span.at(-1)}`) : '';
  const facts = [count(item.articles.length, 'article', 'articles'), item.copies ? `${item.copies} word for word 逐字转载` : '', days].filter(Boolean).join(' · ');
  return make('li', { class: `t${themes.get(item.theme)?.colour ?? 0}` },
    make('p', {}, ...(item.theme ? [badge(item.theme), ' '] : []), make('a', { class: 'title', href: `#story=${item.id}` }, item.title), ' ', make('span', { class: 'unit' }, facts)),
    ...(item.quotes ?? []).map(quotation));
}
let passing = new Set();
const storyPages = $('#stories') && pages($('#stories'), STORIES, () => {
  passing = new Set(shown.map(article => article.story));
  return data.stories.filter(item => passing.has(item.id));
}, (list, all) => $('#story-rows').replaceChildren(...(all ? list.map(story) : [make('li', { class: 't0' }, 'No story passes all filters. 没有符合条件的事件。')])));

// ---- Going somewhere: an article's entry may be on another page of the list, or filtered out.
function goTo(id) {
  const number = /^a-(\d+)$/.exec(id)?.[1];
  const article = data.articles[number - 1];
  if (article) {
    if (!shown.includes(article)) set(nothing());
    articlePages.find(article);
  }
  const target = document.getElementById(id);
  target?.closest('details')?.setAttribute('open', '');
  document.querySelectorAll('.here').forEach(element => element.classList.remove('here'));
  if (article) target.classList.add('here');
  target?.scrollIntoView({ block: article ? 'center' : 'start' });
  if (target?.hasAttribute('tabindex')) target.focus({ preventScroll: true });
}
function open(article) {
  history.pushState(null, '', `#a-${article.number}`);
  goTo(`a-${article.number}`);
}
addEventListener('hashchange', readFragment);
// The same link followed twice changes no fragment, but should lead there again.
document.addEventListener('click', event => {
  const link = event.target.closest?.('a[href^="#"]');
  if (link && link.getAttribute('href') === location.hash) readFragment();
});

// ---- Light and dark; paper is light.
const look = $('#look');
const dark = matchMedia('(prefers-color-scheme: dark)');
const isDark = () => (document.documentElement.dataset.look ?? (dark.matches ? 'dark' : 'light')) === 'dark';
function setLook(value) {
  if (value) document.documentElement.dataset.look = value; else delete document.documentElement.dataset.look;
  look.setAttribute('aria-pressed', String(isDark()));
  watchers.forEach(watch => watch());
}
look.addEventListener('click', () => setLook(isDark() ? 'light' : 'dark'));
dark.addEventListener('change', () => setLook(document.documentElement.dataset.look));
let before;
addEventListener('beforeprint', () => {
  before = document.documentElement.dataset.look;
  setLook('light');
  articlePages.show(0, PRINTED);
  document.querySelectorAll('.theme details').forEach(details => details.setAttribute('open', ''));
});
addEventListener('afterprint', () => {
  setLook(before);
  articlePages.start();
});
