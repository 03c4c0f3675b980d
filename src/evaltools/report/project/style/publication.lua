-- What the report needs and Quarto's own templates have no option for: on every page a line that
-- tells of example data, tables that go on over pages, formulas with alternative texts. The
-- embedded renderer's templates have all of it, so there is nothing to do for it.
if _G['quarto'] == nil then return {} end

-- Before the template sets its pages, so that it holds for the title and the contents, too.
local PREAMBLE = [[
#show figure.where(kind: "quarto-float-tbl"): set block(breakable: true)
#show figure.where(kind: "quarto-float-tbl"): set text(size: 8pt)
#let with-alternative-text(alt, body) = if sys.version < version(0, 14, 0) { body } else {
  set math.equation(alt: alt)
  body
}
#let used-on(names) = context {
  let found = (:)
  for name in names {
    let at = str(counter(page).at(label(name)).first())
    if at not in found { found.insert(at, link(label(name), at)) }
  }
  found.values().join(", ")
}
]]

local function typst_string(text)
  return '"' .. text:gsub('\\', '\\\\'):gsub('"', '\\"') .. '"'
end

local function page_header(notice)
  return '#set page(header: align(right, text(size: 8pt, fill: rgb("#8a4b08"), '
    .. typst_string(notice) .. ')))\n'
end

local function into_header(meta, text)
  local includes = meta['header-includes']
  if includes == nil then
    includes = pandoc.List {}
  elseif pandoc.utils.type(includes) ~= 'List' then
    includes = pandoc.List { includes }
  end
  includes:insert(pandoc.MetaBlocks { pandoc.RawBlock('typst', text) })
  meta['header-includes'] = includes
end

-- Word's title page holds what the metadata say; the text begins after the contents.
local function into_subtitle(meta, notice)
  local subtitle = pandoc.Inlines {}
  if meta.subtitle then
    subtitle:extend(pandoc.Inlines(meta.subtitle))
    subtitle:insert(pandoc.LineBreak())
  end
  subtitle:insert(pandoc.Strong { pandoc.Str(notice) })
  meta.subtitle = pandoc.MetaInlines(subtitle)
end

local function at_top(blocks, notice)
  local look = 'background: #fdf3dc; color: #5c4206; border-left: 4px solid #b8860b; padding: 0.5rem 1rem'
  local attributes = { { 'role', 'note' }, { 'style', look } }
  local attr = pandoc.Attr('', { 'example-data' }, attributes)
  blocks:insert(1, pandoc.Div({ pandoc.Para { pandoc.Strong { pandoc.Str(notice) } } }, attr))
end

-- How many pages there are, the description sheet asks; each format counts its own.
local COUNTED = {
  typst = '#context counter(page).final().first()',
  docx = '<w:fldSimple w:instr=" NUMPAGES "><w:r><w:t>–</w:t></w:r></w:fldSimple>',
}

local function with_page_count(span)
  if not span.classes:includes('page-count') or not COUNTED[FORMAT] then return nil end
  return pandoc.RawInline(FORMAT == 'docx' and 'openxml' or FORMAT, COUNTED[FORMAT])
end

function Pandoc(doc)
  doc = doc:walk { Span = with_page_count }
  local notice = doc.meta['example-notice']
  notice = notice and pandoc.utils.stringify(notice)
  if FORMAT == 'typst' then
    into_header(doc.meta, PREAMBLE .. (notice and page_header(notice) or ''))
  elseif notice and FORMAT == 'docx' then
    into_subtitle(doc.meta, notice)
  elseif notice and FORMAT:match('^html') then
    at_top(doc.blocks, notice)
  end
  return doc
end
