/** Completion for zsh: sourced, or as the file _ai-artist in a folder of fpath. */
export const zshScript = `#compdef ai-artist ai-artist-gallery ai-artist-schedule
# zsh completion for ai-artist: source <(ai-artist completion zsh)
_ai_artist() {
  local -a lines values
  local line value
  lines=("\${(@f)$(command ai-artist __complete "\${words[1]:t}" "\${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
  local paths=\${lines[-1]}
  for line in "\${(@)lines[1,-2]}"; do
    value=\${line%%$'\\t'*}
    value=\${value//:/\\\\:}
    [[ $line == *$'\\t'* ]] && value+=":\${line#*$'\\t'}"
    values+=("$value")
  done
  (( \${#values} )) && _describe -V 'ai-artist' values
  # The value of --option=value.
  [[ $PREFIX == --*=* ]] && compset -P '*='
  case $paths in
    :file) _files ;;
    :folder) _files -/ ;;
  esac
}
if [[ $funcstack[1] == _ai-artist ]]; then
  _ai_artist "$@"
else
  compdef _ai_artist ai-artist ai-artist-gallery ai-artist-schedule
fi
`;
