/** Completion for bash 3.2 and later, which macOS has. */
export const bashScript = `# bash completion for ai-artist: source <(ai-artist completion bash)
_ai_artist() {
  local words=() word joined='' i
  # bash cuts words at = and : too. They are put together again.
  for ((i = 1; i <= COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    if ((\${#words[@]} > 0)) && { [[ $word == [=:]* ]] || [[ $joined == *[=:] && \${COMP_WORDS[i - 1]} == [=:]* ]]; }; then
      words[\${#words[@]} - 1]+=$word
    else
      words+=("$word")
    fi
    joined=\${words[\${#words[@]} - 1]}
  done
  ((\${#words[@]} > 0)) || words=('')
  for i in "\${!words[@]}"; do
    word=\${words[i]}
    word=\${word//\\\\/}
    word=\${word#[\\"\\']}
    words[i]=\${word%[\\"\\']}
  done
  local typed=\${words[\${#words[@]} - 1]} current=\${COMP_WORDS[COMP_CWORD]} prefix='' line paths=none
  [[ $current == [=:] ]] && current=''
  current=\${current//\\\\/}
  current=\${current#[\\"\\']}
  # What stands before the part that bash replaces.
  prefix=\${typed%"$current"}
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in
      :file | :folder | :none) paths=\${line#:} ;;
      *)
        line=\${line%%$'\\t'*}
        line=\${line#"$prefix"}
        [[ \${COMP_WORDS[COMP_CWORD]} == [\\"\\']* ]] || line=$(printf '%q' "$line")
        COMPREPLY+=("$line")
        ;;
    esac
  done < <(command ai-artist __complete "\${COMP_WORDS[0]##*/}" "\${words[@]}" 2>/dev/null)
  case $paths in
    file)
      compopt -o filenames 2>/dev/null
      while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$current")
      ;;
    folder)
      compopt -o filenames 2>/dev/null
      while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -d -- "$current")
      ;;
  esac
}
complete -F _ai_artist ai-artist ai-artist-gallery ai-artist-schedule
`;
