from mysfits.cli import main

main()
