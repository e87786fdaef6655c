/** Completion for Windows PowerShell 5.1 and PowerShell 7. */
export const powershellScript = `# PowerShell completion for ai-artist: ai-artist completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName ai-artist, ai-artist-gallery, ai-artist-schedule -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @($commandAst.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursorPosition -or $_.Extent.StartOffset -lt $cursorPosition } | ForEach-Object {
            if ($_ -is [System.Management.Automation.Language.StringConstantExpressionAst]) { $_.Value } else { $_.Extent.Text }
        })
    $program = [System.IO.Path]::GetFileNameWithoutExtension($words[0])
    # The word at the cursor comes last, and may be empty. Older versions drop empty arguments: a lone quoted pair stays.
    $before = @($words | Select-Object -Skip 1)
    if ($wordToComplete -ne '' -and $before.Count -gt 0) { $before = @($before | Select-Object -SkipLast 1) }
    $empty = if ($PSVersionTable.PSVersion -lt [version]'7.3') { '""' } else { '' }
    $current = if ($wordToComplete -eq '') { $empty } else { $wordToComplete.Trim("'", '"') }
    foreach ($line in (ai-artist __complete $program @before $current 2>$null)) {
        if ($line -eq ':none') { continue }
        if ($line -eq ':file' -or $line -eq ':folder') {
            [System.Management.Automation.CompletionCompleters]::CompleteFilename($wordToComplete)
            continue
        }
        $value, $about = $line -split "\`t", 2
        if (-not $about) { $about = $value }
        $text = if ($value -match '[\\s"'']') { "'" + $value.Replace("'", "''") + "'" } else { $value }
        [System.Management.Automation.CompletionResult]::new($text, $value, 'ParameterValue', $about)
    }
}
`;
