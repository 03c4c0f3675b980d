-- Leads back from the evidence: every link from prose to an entry gets a name, and every entry
-- the list of the places that lead to it. A finding gets its mark, a link to its own entry.
-- Pandoc's API only; to be run after Quarto's own filters, when values are in and what is not
-- meant for the format is out. A document whose evidence stands in another file, which metadata
-- `evidence-in` names, leads there.
local stringify = pandoc.utils.stringify
local in_quarto = _G['quarto'] ~= nil

local uses = {}      -- by entry: a list of { id, title }
local count = 0
local title, shown = '', pandoc.Inlines {}
local mark = ''

local function is_html() return FORMAT:match('^html') ~= nil end

-- A use is named on the link itself in HTML, where following a link back then moves the focus
-- to it; the other writers know names of spans only.
local function named(link)
  count = count + 1
  local id = 'use-' .. count
  local entry = link.target:sub(2)
  uses[entry] = uses[entry] or {}
  table.insert(uses[entry], { id = id, title = title, shown = shown })
  if is_html() then
    link.identifier = id
    return link
  end
  return pandoc.Span({ link }, pandoc.Attr(id))
end

-- A heading as text, of which only what is in another language stands apart.
local function plain(inlines)
  local out, text = pandoc.Inlines {}, ''
  local function close()
    if text ~= '' then out:insert(pandoc.Str(text)) end
    text = ''
  end
  for _, each in ipairs(inlines) do
    local lang = each.t == 'Span' and each.attributes.lang
    if lang then
      close()
      out:insert(pandoc.Span({ pandoc.Str(stringify(each)) }, pandoc.Attr('', {}, { lang = lang })))
    else
      text = text .. stringify(each)
    end
  end
  close()
  return out
end

local naming = {
  traverse = 'topdown',
  Header = function(header) title, shown = stringify(header.content), plain(header.content) end,
  Div = function(div)
    if div.classes:includes('evidence-entries') then return div, false end
  end,
  Link = function(link)
    if link.classes:includes('evidence-link') then return named(link), false end
  end,
}

local marking = {
  Span = function(span)
    local finding = span.classes:includes('finding') and span.attributes.finding
    if not finding or mark == '' then return nil end
    local entry = '#ev-finding-' .. finding:gsub('[^%w_]', '-')
    local link = pandoc.Link(mark, entry, '', pandoc.Attr('', { 'evidence-link', 'evidence-mark' }))
    span.content:insert(pandoc.Str('\u{a0}'))
    span.content:insert(link)
    return span
  end,
}

local function listed(entry)
  local out, seen = pandoc.Inlines {}, {}
  for index, use in ipairs(uses[entry]) do
    if index > 1 then out:extend { pandoc.Str(';'), pandoc.Space() } end
    seen[use.title] = (seen[use.title] or 0) + 1
    local text = use.shown:clone()
    if seen[use.title] > 1 then text:insert(pandoc.Str(' (' .. seen[use.title] .. ')')) end
    out:insert(pandoc.Link(text, '#' .. use.id, '', pandoc.Attr('', { 'evidence-use' })))
  end
  return out
end

-- A text is one Str, spaces and all: no writer minds, and a word each would be slow.
local function classed(text, class, lang)
  return pandoc.Span({ pandoc.Str(text) }, pandoc.Attr('', { class }, lang and { lang = lang }))
end

local FILL = {}

FILL['evidence-text'] = function(words)
  if words['class-of-text'] then return classed(words.text, words['class-of-text']) end
  return pandoc.Str(words.text)
end

FILL['evidence-line'] = function(words)
  if words.medium == (is_html() and 'paper' or 'screen') then return {} end
  local line = { classed(words.label, 'evidence-label'), pandoc.Space(), pandoc.Str(words.text) }
  return pandoc.Span(line, pandoc.Attr('', { 'evidence-line' }))
end

FILL['evidence-go'] = function(words)
  return pandoc.Link({ pandoc.Str(words.text) }, words.to)
end

-- On paper the pages, each once, which only Typst knows.
local function pages_of(entry, sign)
  local names = {}
  for index, use in ipairs(uses[entry]) do names[index] = '"' .. use.id .. '"' end
  local call = '#used-on((' .. table.concat(names, ', ') .. ',));'
  return pandoc.Inlines { pandoc.Str(sign), pandoc.RawInline('typst', call) }
end

FILL['evidence-uses'] = function(words)
  if FORMAT == 'typst' and uses[words.of] then return pages_of(words.of, words.page) end
  local content = uses[words.of] and listed(words.of) or pandoc.Inlines { pandoc.Str(words.text) }
  return pandoc.Span(content, pandoc.Attr('', { 'evidence-uses' }))
end

-- As HTML, since hundreds of passages as a tree would take as long as the rest of the report.
local ESCAPES = { ['&'] = '&amp;', ['<'] = '&lt;', ['>'] = '&gt;', ['"'] = '&quot;' }

local function marked_up(text, class, lang)
  local said = lang and ' lang="' .. lang:gsub('[&<>"]', ESCAPES) .. '"' or ''
  return '<span class="' .. class .. '"' .. said .. '>' .. text:gsub('[&<>"]', ESCAPES) .. '</span>'
end

local function passage(words)
  local function own(text, class) return marked_up(text, class, words.lang) end
  local out = { marked_up(words.place, 'evidence-place') .. ' ' }
  if words.section then table.insert(out, own(words.section, 'evidence-place') .. ' ') end
  if words.withheld then table.insert(out, (words.withheld:gsub('[&<>"]', ESCAPES))) end
  if words.before then table.insert(out, own('… ' .. words.before, 'evidence-context') .. ' ') end
  if words.quote then table.insert(out, own(words.quote, 'evidence-quote')) end
  if words.after then table.insert(out, ' ' .. own(words.after .. ' …', 'evidence-context')) end
  return '<li>' .. table.concat(out) .. '</li>'
end

local filling = {
  CodeBlock = function(block)
    if block.classes[1] ~= 'evidence-passages' then return nil end
    local list = pandoc.json.decode(block.text, false)
    if not is_html() then list.text = list.paper end
    local first = pandoc.Para({ FILL['evidence-line'](list) })
    if not is_html() then return pandoc.Div({ first }, pandoc.Attr('', { 'evidence-places' })) end
    local items = {}
    for index, words in ipairs(list.items) do items[index] = passage(words) end
    local listed = '<ul>\n' .. table.concat(items, '\n') .. '\n</ul>'
    return { first, pandoc.RawBlock('html', listed) }
  end,
  Span = function(span)
    local fill = FILL[span.classes[1]]
    return fill and fill(span.attributes)
  end,
}

-- On paper an entry is a paragraph on what it tells and one of where that stands in the reports;
-- what others say has none where the text is silent of it.
local comments = {}  -- by entry: the lines of what a comment in Word says of it

local heading = ''      -- of the entries, which names the notebook

local joining = {
  traverse = 'topdown',
  Header = function(header) heading = stringify(header.content) end,
  Div = function(div)
    if not div.classes:includes('evidence') then return nil end
    if div.classes:includes('examined') and not uses[div.identifier] then return {} end
    local told, places = pandoc.Inlines {}, pandoc.Inlines {}
    for _, block in ipairs(div.content) do
      local within = block.t == 'Div' and block.content[1] or block
      local into = (block.t == 'Div' or #places > 0) and places or told
      if #into > 0 then into:insert(pandoc.Space()) end
      into:extend(within.content)
    end
    local said = {}
    for index = 1, #div.content - 1 do
      local line = stringify(div.content[index]):gsub('  +', ' ')
      if line ~= '' then table.insert(said, line) end
    end
    if heading:find('%.ipynb') then table.insert(said, heading .. '.') end
    comments['#' .. div.identifier] = said
    local blocks = { pandoc.Para(told) }
    if #places > 0 then blocks[2] = pandoc.Para(places) end
    div.content = blocks
    return div
  end,
}

-- For those who review in Word a sentence that is a finding, and a number that stands in none,
-- has a comment with its evidence: every sentence, and of a number the first place.
local commented, last_comment, signed = {}, 0, ''

local function with_comment(content, target)
  last_comment = last_comment + 1
  local id, out = tostring(last_comment), pandoc.Inlines {}
  local attributes = { { 'id', id }, { 'author', signed } }
  local said = pandoc.Inlines {}
  for index, line in ipairs(comments[target]) do
    if index > 1 then said:insert(pandoc.LineBreak()) end
    said:insert(pandoc.Str(line))
  end
  out:insert(pandoc.Span(said, pandoc.Attr('', { 'comment-start' }, attributes)))
  out:extend(content)
  out:insert(pandoc.Span({}, pandoc.Attr('', { 'comment-end' }, { { 'id', id } })))
  return out
end

local commenting = {
  traverse = 'topdown',
  Header = function(header) return header, false end,
  Note = function(note) return note, false end,
  Div = function(div)
    if div.classes:includes('evidence-entries') then return div, false end
  end,
  Span = function(span)
    local finding = span.classes:includes('finding') and span.attributes.finding
    local target = finding and '#ev-finding-' .. finding:gsub('[^%w_]', '-')
    if not target or not comments[target] then return nil end
    span.content = with_comment(span.content, target)
    return span, false
  end,
  Link = function(link)
    local target = link.target
    if not link.classes:includes('evidence-link') or not comments[target] then return nil end
    if commented[target] then return nil end
    commented[target] = true
    return with_comment(pandoc.Inlines { link }, target), false
  end,
}

-- Pandoc's own Typst leaves the language of a span out; the embedded renderer's has it.
local speaking = {
  Span = function(span)
    local lang = span.attributes.lang
    if not (lang and lang:find('^%a+$')) then return nil end
    local out = span.content:clone()
    out:insert(1, pandoc.RawInline('typst', '#text(lang: "' .. lang .. '")['))
    out:insert(pandoc.RawInline('typst', ']'))
    span.content = out
    return span
  end,
}

local function leading_to(file)
  return {
    Link = function(link)
      if not link.classes:includes('evidence-link') or link.target:sub(1, 1) ~= '#' then return nil end
      link.target = file .. link.target
      return link
    end,
  }
end

function Pandoc(doc)
  local elsewhere = doc.meta['evidence-in']
  if elsewhere then
    doc.blocks = doc.blocks:walk(leading_to(stringify(elsewhere)))
    return doc
  end
  doc.blocks:walk {
    Div = function(div)
      if not div.classes:includes('evidence-entries') then return nil end
      mark, signed = div.attributes.mark or '', div.attributes.panel or ''
    end,
  }
  doc.blocks = doc.blocks:walk(marking):walk(naming):walk(filling)
  if not is_html() then doc.blocks = doc.blocks:walk(joining) end
  if FORMAT == 'docx' then doc.blocks = doc.blocks:walk(commenting) end
  if in_quarto and FORMAT == 'typst' then doc.blocks = doc.blocks:walk(speaking) end
  return doc
end
