/** Completion for fish 3 and later. */
export const fishScript = `# fish completion for ai-artist: ai-artist completion fish > ~/.config/fish/completions/ai-artist.fish
function __ai_artist_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct | string unescape)
    test -n "$current"; or set current ''
    set -l program (basename $words[1])
    for line in (command ai-artist __complete $program $words[2..] "$current" 2>/dev/null)
        switch $line
            case ':none'
            case ':file'
                __fish_complete_path (string replace -r -- '^--[\\w-]+=' '' "$current")
            case ':folder'
                __fish_complete_directories (string replace -r -- '^--[\\w-]+=' '' "$current") ''
            case '*'
                echo $line
        end
    end
end
for program in ai-artist ai-artist-gallery ai-artist-schedule
    complete -c $program -f -a '(__ai_artist_complete)'
end
`;
