-- Titles in the references say their language where it is not that of the document.

local function base(language)
  return (language or ''):match('^%a%a%a?') or ''
end

local QUOTES = { ['"'] = true, ['“'] = true, ['”'] = true, ['„'] = true, ['‘'] = true,
  ['’'] = true, ['«'] = true, ['»'] = true }

function Pandoc(document)
  local own, languages = base(pandoc.utils.stringify(document.meta.lang or '')), {}
  for _, reference in ipairs(pandoc.utils.references(document)) do
    languages['ref-' .. reference.id] = base(reference.language)
  end
  return document:walk {
    Div = function(entry)
      local language = languages[entry.identifier] or ''
      if language == '' or language == own then return nil end
      -- What stands in quotation marks or italics are titles; names and dates are told otherwise.
      return entry:walk {
        traverse = 'topdown',
        Span = function(title) -- which citeproc sets in quotation marks
          if not QUOTES[pandoc.text.sub(pandoc.utils.stringify(title), 1, 1)] then return nil end
          title.attributes.lang = language
          return title, false
        end,
        Emph = function(title)
          title.content = { pandoc.Span(title.content, pandoc.Attr('', {}, { lang = language })) }
          return title, false
        end,
      }
    end,
  }
end
